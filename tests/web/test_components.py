"""Components: what they write, and that the kit shows them."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal

import pytest
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from realtrack.core.errors import NotAllowed
from realtrack.core.templatetags.icons import ALIASES, NAMES
from realtrack.core.templatetags.tables import columns_read
from realtrack.embedded.layout import PROJECT_ROOT
from tests.people import browser_of


def rendered(source: str, **context: object) -> str:
    request = RequestFactory().get("/listings/?q=denso&page=2")
    template = engines["django"].from_string("{% load rt %}" + source)
    return str(template.render(context, request)).strip()


TEMPLATES = [
    path
    for path in PROJECT_ROOT.rglob("*.html")
    if not {".venv", "var", "node_modules"} & set(path.parts) and "templates" in path.parts
]

NO_RULE = {"cut-c", "if"}  # a cell that is cut by its table; a word of a tag inside a class


def test_every_icon_named_in_a_template_exists() -> None:
    # given
    sprite = (PROJECT_ROOT / "static" / "icons.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))

    # when
    used = {
        name
        for path in TEMPLATES
        for name in re.findall(r'{% (?:icon|empty_state) "([^"]+)"', path.read_text("utf-8"))
    }

    # then
    assert drawn == NAMES
    assert set(ALIASES.values()) <= NAMES
    assert used - NAMES - ALIASES.keys() == set()


def test_no_template_holds_what_the_policy_blocks() -> None:
    # given: inline styles, inline scripts and handlers do nothing under the strict policy
    blocked = re.compile(
        r"\sstyle=|<script(?![^>]*\ssrc=)|<style|\son(?:click|change|submit|load|input|error|focus|blur|key\w+|mouse\w+)=|hx-on|javascript:"
    )

    # when
    found = [
        f"{path.relative_to(PROJECT_ROOT)}: {match.group(0)}"
        for path in TEMPLATES
        for match in blocked.finditer(path.read_text("utf-8"))
    ]

    # then
    assert found == []


def test_every_class_in_a_template_has_a_rule() -> None:
    # given
    static = PROJECT_ROOT / "static"
    rules = "".join(
        path.read_text(encoding="utf-8")
        for path in [
            *(static / "css").glob("*.css"),
            *(static / "vendor").rglob("*.css"),
            *PROJECT_ROOT.glob("*/static/*/*.css"),
        ]
    )
    known = set(re.findall(r"\.(-?[A-Za-z_][\w-]*)", rules))

    # when
    unknown = {
        f"{path.relative_to(PROJECT_ROOT)}: {name}"
        for path in TEMPLATES
        if "sandbox" not in path.parts
        for value in re.findall(r'\b(?:class|cls)="([^"]*)"', path.read_text("utf-8"))
        for name in re.sub(r"{%.*?%}|{{.*?}}", " ", value).split()
        if re.fullmatch(r"[A-Za-z][\w-]*", name) and name not in known | NO_RULE
    }

    # then
    assert unknown == set()


def test_htmx_is_configured_as_the_house_style_asks() -> None:
    # given
    base = (PROJECT_ROOT / "templates" / "base.html").read_text(encoding="utf-8")
    match = re.search(r"name=\"htmx-config\" content='([^']+)'", base)
    assert match is not None

    # when
    config = json.loads(match.group(1))

    # then
    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False
    assert config["historyRestoreAsHxRequest"] is False
    assert {"code": "422", "swap": True} in config["responseHandling"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{{ "3418.85"|money:"USD" }}', "3,418.85 USD"),
        ("{{ value|money }}", "89.90"),
        ('{{ value|price:"USD" }}', "$89.90"),
        ('{{ value|price:"SEK" }}', "89.90 SEK"),
        ('{{ nothing|money:"USD" }}', ""),
        ("{{ 1284|count }}", "1,284"),
        ("{{ 12846|count:10000 }}", "10,000+"),
        ("{{ 391|lasted }}", "6 m 31 s"),
        ("{{ 0.84|lasted }}", "0.8 s"),
    ],
)
def test_figures(source: str, expected: str) -> None:
    assert rendered(source, value=Decimal("89.9"), nothing=None) == expected


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        (dt.timedelta(seconds=5), "just now"),
        (dt.timedelta(minutes=5, seconds=1), "5 min ago"),
        (dt.timedelta(hours=3, seconds=1), "3 h ago"),
        (-dt.timedelta(hours=2, minutes=1), "in 2 h"),
    ],
)
def test_times_are_relative_under_a_day(back: dt.timedelta, expected: str) -> None:
    assert rendered("{{ value|ago }}", value=timezone.now() - back) == expected


def test_times_are_dates_from_a_day_on() -> None:
    assert (
        rendered("{{ value|ago }}", value=dt.datetime(2020, 11, 3, tzinfo=dt.UTC)) == "3 Nov 2020"
    )


@pytest.mark.parametrize(
    ("value", "word"),
    [(0.94, "94 of 100: sure"), (85, "85 of 100: sure"), (Decimal("0.6"), "60 of 100: check"),
     (59, "59 of 100: unsure"), (1.0, "100 of 100: sure"), (1, "1 of 100: unsure")],
)  # fmt: skip
def test_confidence_has_its_bands(value: object, word: str) -> None:
    assert f'title="{word}"' in rendered("{% confidence value %}", value=value)


def test_confidence_of_what_a_person_typed_is_not_shown() -> None:
    assert rendered("{% confidence value %}", value=None) == ""


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% stock 4 %}", "4"),
        ("{% stock 1 1 %}", "1 of 2"),
        ("{% stock 0 %}", "0"),
        ("{% stock 0 short=1 %}", "sold twice, short by 1"),
    ],
)
def test_stock_says_what_is_free(source: str, text: str) -> None:
    assert re.sub(r"<[^>]+>", "", rendered(source)) == text


def test_states_of_channels_have_one_look_whatever_the_table_calls_them() -> None:
    assert rendered('{% channel_chip "ebay" "published" %}') == rendered(
        '{% channel_chip "ebay" "live" %}'
    )
    assert 'class="ch none"' in rendered('{% channel_chip "shopify" value %}', value=None)


def test_what_comes_from_outside_is_text() -> None:
    # given
    bad = "<script>alert(1)</script>"

    # when
    written = rendered(
        '{% badge bad %}{% owner "person" bad %}{% field "a" bad bad error=bad %}{% note "bad" bad %}'
        "{{ bad }}{% endnote %}{% photo bad bad %}{% stat bad bad %}{% drawer bad bad %}{% enddrawer %}"
        '{% tb bad label=bad %}{% endtb %}{% listing_state bad %}{% channel_chip bad "live" %}',
        bad=bad,
    )

    # then
    assert "<script>" not in written
    assert "&lt;script&gt;" in written


def test_columns_are_read_with_their_flags() -> None:
    # when
    found = columns_read(":check|Photo:vh|Part|Price, USD:n m sort=price")

    # then
    assert [one.label for one in found] == ["", "Photo", "Part", "Price, USD"]
    assert found[0].select_all
    assert found[1].unseen
    assert (found[3].number, found[3].hidden_on_phone, found[3].sort) == (True, True, "price")


def test_pager_keeps_the_query_and_forgets_page_one() -> None:
    # when
    written = rendered("{% pager page=2 shown=50 total=1284 %}")

    # then
    assert "51 to 100 of 1,284" in written
    assert 'href="/listings/?q=denso"' in written
    assert 'href="/listings/?q=denso&amp;page=3"' in written


def test_sorting_turns_round_on_the_second_click() -> None:
    # given
    source = '{% load rt %}{% tb "Price:n sort=price" label="Parts" %}{% endtb %}'
    request = RequestFactory().get("/listings/?sort=price&page=3")

    # when
    written = str(engines["django"].from_string(source).render({}, request))

    # then
    assert 'aria-sort="ascending"' in written
    assert 'href="/listings/?sort=-price"' in written


def test_field_that_saves_itself_names_its_fault_below() -> None:
    # when
    written = rendered(
        '{% field "title" "Title" value counter=80 save_url="/x/" error="Too long" %}',
        value="a" * 81,
    )

    # then
    assert "81 / 80" in written
    assert "t-bad" in written
    assert 'aria-invalid="true" aria-describedby="id_title-text"' in written
    assert 'hx-post="/x/"' in written


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 429, 500, 503, "offline"])
def test_error_pages_need_no_database(status: int | str) -> None:
    # given: no database is marked, so a query would fail
    values = {"error": NotAllowed("No."), "status": status, "request_id": "7f3a", "retry_after": 9}

    # when
    written = render_to_string(f"errors/{status}.html", values)

    # then
    assert written.count("<h1") == 1
    assert "7f3a" in written


@pytest.mark.django_db
@pytest.mark.urls("tests.web.urls")
def test_kit_shows_every_component() -> None:
    # when
    answer = browser_of("viewer").get("/kit/")

    # then
    assert answer.status_code == 200
    assert "Listing status" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.urls("tests.web.urls")
def test_fragment_is_the_part_of_the_same_template() -> None:
    # when
    answer = browser_of("viewer").get("/kit/", headers={"HX-Request": "true"})

    # then
    body = answer.content.decode()
    assert "data-drawer" in body
    assert "<html" not in body
    assert "HX-Request" in answer["Vary"]
