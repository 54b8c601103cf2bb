"""Merging two parts over HTTP: the API, the page from the catalog and from a part."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from listings.models import Listing, ListingMerge
from realtrack.core.actors import Actor
from settings_app.enums import UserRole
from settings_app.models import Team, User
from tests.listings.factories import make_user, signed_in
from tests.listings.test_merge import live, two

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def actor(user: User) -> Actor:
    return Actor.person(user)


def test_the_api_looks_merges_and_takes_back(user: User, actor: Actor) -> None:
    # given
    kept, gone = two(actor, c_brand="Toyota", title="Mirror LH")
    api = APIClient()
    api.force_authenticate(user)
    body = {"keptId": str(kept.pk), "goneId": str(gone.pk), "take": ["title"]}
    # when
    looked = api.post("/api/listings/merge/preview", body, format="json")
    # then
    assert looked.status_code == 200, looked.content
    rows = {one["field"]: one for one in looked.json()["rows"]}
    assert rows["title"] == {
        "field": "title",
        "label": "Title",
        "before": {"kept": "Left mirror", "gone": "Mirror LH"},
        "after": "Mirror LH",
        "isChoice": True,
    }
    assert (rows["cBrand"]["after"], rows["cBrand"]["isChoice"]) == ("Toyota", False)
    assert (looked.json()["refusals"], looked.json()["goneVersion"]) == ([], 1)
    # when
    done = api.post("/api/listings/merge", {**body, "goneVersion": 1}, format="json")
    # then
    assert done.status_code == 200, done.content
    assert done.json()["listing"]["title"] == "Mirror LH"
    # when
    back = api.post(f"/api/listings/merges/{done.json()['mergeId']}/undo", {}, format="json")
    # then
    assert back.status_code == 200, back.content
    assert back.json()["listing"]["title"] == "Left mirror"
    assert api.post("/api/listings/merge", {**body, "take": ["x"]}, format="json").json()["errors"][
        0
    ] == {"code": "invalid", "detail": "This field stays with its part.", "attr": "x"}


def test_the_page_shows_both_sides_merges_and_undoes(user: User, actor: Actor) -> None:
    # given
    kept, gone = two(actor, title="Mirror LH", c_brand="Toyota")
    client = signed_in(user)
    # when: two rows of the catalog
    led = client.post("/listings/merge/chosen/", {"ids": [str(kept.pk), str(gone.pk)]})
    page = client.get(led["Location"])
    # then
    text = page.content.decode()
    assert page.status_code == 200
    assert "Merge into KEPT" in text
    assert 'name="from:title"' in text
    assert "Keep GONE instead" in text
    # when
    body = {"kept": kept.pk, "gone": gone.pk, "kept_version": 1, "gone_version": 1}
    done = client.post("/listings/merge/", {**body, "from:title": "gone"})
    # then
    assert done["Location"] == f"/listings/{kept.pk}/edit/"
    kept.refresh_from_db()
    assert (kept.title, kept.c_brand) == ("Mirror LH", "Toyota")
    merge = ListingMerge.objects.get()
    assert f"/listings/merge/{merge.pk}/undo/" in client.get(done["Location"]).content.decode()
    away = client.get(f"/listings/{gone.pk}/edit/").content.decode()
    assert f'href="/listings/{kept.pk}/edit/">KEPT</a>' in away
    # when
    client.post(f"/listings/merge/{merge.pk}/undo/")
    # then
    gone.refresh_from_db()
    assert gone.status == "draft"


def test_the_page_tells_refusals_and_a_sku_that_is_not_there(user: User, actor: Actor) -> None:
    # given
    kept, gone = two(actor)
    live(gone)
    client = signed_in(user)
    # when
    page = client.get("/listings/merge/", {"kept": str(kept.pk), "other": "gone"})
    # then
    text = page.content.decode()
    assert "These two cannot be merged now." in text
    assert "Merge into KEPT" not in text
    sent = client.post("/listings/merge/", {"kept": kept.pk, "gone": gone.pk})
    assert sent.status_code == 409
    assert not ListingMerge.objects.exists()
    lost = client.get("/listings/merge/", {"kept": str(kept.pk), "other": "NO-SUCH"})
    back = client.get(lost["Location"]).content.decode()
    assert "No other part has the SKU NO-SUCH." in back
    one = client.post("/listings/merge/chosen/", {"ids": [str(kept.pk)]})
    assert "Choose two parts to merge." in client.get(one["Location"]).content.decode()


def test_a_viewer_and_another_team_merge_nothing(actor: Actor) -> None:
    # given
    kept, gone = two(actor)
    viewer = signed_in(make_user(role=UserRole.VIEWER))
    # when, then
    body = {"kept": str(kept.pk), "gone": str(gone.pk)}
    assert viewer.get("/listings/merge/", body).status_code == 403
    assert viewer.post("/listings/merge/", body).status_code == 403
    # and what a team hides is not there for others
    Listing.objects.filter(pk=gone.pk).update(team=Team.objects.create(name="Wheels"))
    stranger = make_user()
    assert signed_in(stranger).post("/listings/merge/", body).status_code == 404
    api = APIClient()
    api.force_authenticate(stranger)
    sent = {"keptId": body["kept"], "goneId": body["gone"]}
    assert api.post("/api/listings/merge", sent, format="json").status_code == 404
    assert not ListingMerge.objects.exists()
