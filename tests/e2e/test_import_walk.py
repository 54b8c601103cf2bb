"""A file of 5,000 rows in a real browser: checked, read, imported, corrected, taken back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from listings.models import Listing
from listings.services import import_run, import_undo_run
from realtrack.core.models import Run, RunState
from tests.people import browser_of
from tests.web.shots import LOOKS, page_opened, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

# The workers' part is done by the test itself, in its own time: nothing is waited for.
pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

ROWS, BAD = 5_000, 40
PATIENCE_MS = 30_000  # a machine that runs other tests answers late


@pytest.fixture
def page(live_server: LiveServer, chromium: Browser) -> Iterator[Page]:
    cookies: list[dict[str, Any]] = [
        {"name": name, "value": morsel.value, "url": live_server.url}
        for name, morsel in browser_of("manager").cookies.items()
    ]
    with page_opened(chromium, LOOKS[0], cookies=cookies) as opened:
        opened.context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        yield opened


def file_of() -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("SKU", "Title", "Price", "Brand"))
    for n in range(ROWS):
        price = "much" if n % (ROWS // BAD) == 7 else f"{n % 300}.50"
        writer.writerow((f"W-{n:05d}", f"Left headlight number {n}", price, "Denso"))
    return out.getvalue().encode()


def newest(kind: str) -> Run:
    return Run.objects.filter(kind=kind).latest("created_at")


@pytest.mark.drill
@pytest.mark.smoke
def test_a_file_of_5000_rows_with_40_bad_ones(
    page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    # given
    source = tmp_path / "supplier.csv"
    source.write_bytes(file_of())
    page.goto(f"{live_server.url}/listings/imports/")
    page.set_input_files("#import-file", str(source))
    # when it is checked
    page.get_by_role("button", name="Check first").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check of supplier.csv")
    import_run(run_id=newest("listings.import").pk)
    # then the page, which asks by itself, tells each verdict, and nothing is stored
    expect(page.get_by_role("button", name="Import now")).to_be_visible()
    page.get_by_role("link", name=f"Refused {BAD}").click()
    expect(page.locator("tbody tr")).to_have_count(BAD)
    expect(page.locator("tbody tr").first).to_contain_text("Row 9: W-00007 Left headlight number 7")
    expect(page.locator("tbody tr").first).to_contain_text("Price: Type a number, such as 6.2.")
    assert violations(page) == []
    assert Listing.objects.count() == 0
    # when it is imported
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import of supplier.csv")
    run = newest("listings.import")
    import_run(run_id=run.pk)
    expect(page.get_by_role("link", name=f"New {ROWS - BAD:,}")).to_be_visible()
    run.refresh_from_db()
    assert (run.state, run.created_count, run.refused_count) == (RunState.DONE, ROWS - BAD, BAD)
    assert Listing.objects.count() == ROWS - BAD
    # when the refused rows are taken back, corrected and imported
    with page.expect_download() as download:
        page.get_by_role("link", name="Refused rows").click()
    assert download.value.suggested_filename == "supplier-refused.csv"
    refused = tmp_path / "corrected.csv"
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert text.count("Price: Type a number") == BAD
    refused.write_text(text.replace(",much,", ",9.90,"), encoding="utf-8")
    page.goto(f"{live_server.url}/listings/imports/")
    page.set_input_files("#import-file", str(refused))
    page.get_by_role("button", name="Import at once").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import of corrected.csv")
    second = newest("listings.import")
    import_run(run_id=second.pk)
    expect(page.get_by_role("link", name=f"New {BAD}")).to_be_visible()
    assert Listing.objects.count() == ROWS
    # when that second import is undone
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo this import").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Undo: Import of corrected.csv")
    import_undo_run(run_id=newest("listings.import_undo").pk)
    # then its parts lie in the trash, the others stay
    expect(page.locator("#run-progress")).to_contain_text(f"{BAD} changed")
    assert Listing.objects.count() == ROWS - BAD


def test_columns_are_corrected_and_kept_by_name(
    page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    # given
    source = tmp_path / "sheet.csv"
    source.write_text("Artikel,Title,Preis\nX-1,Lamp,5\n", encoding="utf-8")
    page.goto(f"{live_server.url}/listings/imports/")
    page.set_input_files("#import-file", str(source))
    page.get_by_role("button", name="Check first").click()
    import_run(run_id=newest("listings.import").pk)
    # when
    page.get_by_role("link", name="Columns").click()
    expect(page.get_by_label("Title")).to_have_value("Title")
    page.get_by_label("Artikel").fill("SKU")
    page.get_by_label("Preis").fill("Price")
    page.get_by_label("Keep as").fill("Sheet of Max")
    assert violations(page) == []
    page.get_by_role("button", name="Check again").click()
    import_run(run_id=newest("listings.import").pk)
    # then
    expect(page.locator("tbody tr").first).to_contain_text("Row 2: X-1 Lamp")
    page.goto(f"{live_server.url}/listings/imports/")
    expect(page.get_by_label("Columns")).to_contain_text("Sheet of Max")
    assert violations(page) == []
