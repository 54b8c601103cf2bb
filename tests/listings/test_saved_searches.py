"""Saved searches over HTTP, facets that come later, and pages of a search with many hits."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import close_old_connections, connection
from rest_framework.test import APIClient

from listings.models import FacetCount, ListingSearch
from listings.selectors import SearchRequest, listing_facets, listing_search
from listings.selectors import facets as facets_module
from listings.selectors import search as search_module
from listings.services import (
    listing_delete,
    listing_restore,
    listing_search_write,
    search_fold,
    search_recount,
)
from realtrack.core.redis import client as redis_client
from settings_app.enums import UserRole
from settings_app.models import Team, User
from tests.listings.factories import make_listing, make_user, person, signed_in


@pytest.fixture(autouse=True)
def _no_throttle_of_other_tests() -> None:
    redis_client().flushdb()


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.mark.django_db
def test_saved_search_is_ones_own_until_it_is_shared() -> None:
    # given
    ana, ben = make_user(), make_user()
    own, other = client_of(ana), client_of(ben)
    body = {"name": "Denso  cheap", "query": "?q=denso&price=%3C50&page=n.50.x", "isShared": False}
    # when
    made = own.post("/api/listings/searches", body, format="json")
    # then
    assert made.status_code == 201, made.content
    saved = made.json()["search"]
    assert (saved["name"], saved["query"]) == ("Denso cheap", "q=denso&price=%3C50")
    assert other.get("/api/listings/searches").json() == {"searches": []}
    # when
    again = own.post("/api/listings/searches", {**body, "isShared": True}, format="json")
    # then: the same name replaces it, and colleagues see it without owning it
    assert again.json()["search"]["id"] == saved["id"]
    [seen] = other.get("/api/listings/searches").json()["searches"]
    assert (seen["id"], seen["isOwn"], seen["isShared"]) == (saved["id"], False, True)
    assert other.delete(f"/api/listings/searches/{saved['id']}").status_code == 404
    assert own.delete(f"/api/listings/searches/{saved['id']}").status_code == 200
    assert own.get("/api/listings/searches").json() == {"searches": []}


@pytest.mark.django_db
def test_saved_search_is_renamed_shared_and_counted() -> None:
    # given
    ana, ben = make_user(), make_user()
    own, other = client_of(ana), client_of(ben)
    for brand in ("Denso", "Denso", "Bosch"):
        make_listing(title="Mirror", c_brand=brand)
    made = [
        own.post("/api/listings/searches", {"name": name, "query": query}, format="json")
        for name, query in (("Denso", "brand=Denso"), ("All", ""))
    ]
    first, second = (one.json()["search"] for one in made)
    address = f"/api/listings/searches/{first['id']}"
    # when
    renamed = own.patch(address, {"name": " Denso  parts ", "isShared": True}, format="json")
    # then: what was not sent stays
    assert renamed.status_code == 200, renamed.content
    assert renamed.json()["search"] == {
        "id": first["id"], "name": "Denso parts", "query": "brand=Denso", "isShared": True,
        "isOwn": True, "total": 2, "totalIsCapped": False,
    }  # fmt: skip
    assert second["total"] == 3
    # a name is one's own once; others' searches are nobody else's to change
    taken = own.patch(address, {"name": "All"}, format="json")
    assert (taken.status_code, taken.json()["errors"][0]["attr"]) == (400, "name")
    assert other.patch(address, {"name": "Mine"}, format="json").status_code == 404
    # and the tabs of the catalog are numbered
    page = signed_in(ana)
    html = page.get("/listings/").content.decode()
    numbers = page.get("/listings/saved/numbers/").content.decode()
    assert f'id="vc-{first["id"]}"' in html
    assert f'id="vc-{first["id"]}" hx-swap-oob="true">2</span>' in numbers
    # renamed from its drawer too
    sent = page.post(f"/listings/saved/{first['id']}/", {"name": "All"})
    assert (sent.status_code, "another view of this name" in sent.content.decode()) == (422, True)
    assert page.post(f"/listings/saved/{first['id']}/", {"name": "D"}).status_code == 303
    assert page.get(f"/listings/saved/{first['id']}/").status_code == 200
    assert signed_in(ben).get(f"/listings/saved/{first['id']}/").status_code == 404


@pytest.mark.django_db
def test_a_saved_search_of_more_than_is_counted_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    from listings.api import saved_views
    from listings.selectors import saved

    for module in (search_module, saved, saved_views):
        monkeypatch.setattr(module, "COUNT_CAP", 2)
    for n in range(4):
        make_listing(title=f"Mirror {n}", c_brand="Denso")
    client = client_of(make_user())
    # when
    body = {"name": "Denso", "query": "brand=Denso"}
    found = client.post("/api/listings/searches", body, format="json").json()["search"]
    # then
    assert (found["total"], found["totalIsCapped"]) == (2, True)
    assert saved.count_text(3) == "2+"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "field"),
    [({"name": " ", "query": ""}, "name"), ({"name": "A"}, "query"),
     ({"name": "A", "query": "", "owner": "x"}, "owner")],
)  # fmt: skip
def test_saved_search_refuses(body: dict[str, Any], field: str) -> None:
    user = make_user()
    answer = client_of(user).post("/api/listings/searches", body, format="json")
    assert answer.status_code == 400
    assert field in answer.content.decode()
    assert user.saved_searches.count() == 0


def _counted(user: User) -> dict[str, dict[str, int]]:
    found = listing_facets(SearchRequest(), user=user)
    return {facet.key: {one.value: one.count for one in facet.values} for facet in found}


@pytest.mark.django_db
def test_kept_facets_follow_every_change_and_every_team() -> None:
    # given
    team = Team.objects.create(name="Lights")
    boss, someone = make_user(role=UserRole.ADMIN), make_user()
    manager, member = make_user(role=UserRole.MANAGER), make_user()
    member.teams.add(team)
    first = make_listing(title="A", c_brand="Denso", stock=1)
    make_listing(title="B", c_brand="Denso", stock=5)
    secret = make_listing(title="C", c_brand="Bosch", team_id=team.pk)
    # then
    assert _counted(boss)["brand"] == {"Denso": 2, "Bosch": 1}
    assert _counted(someone)["brand"] == {"Denso": 2}
    assert _counted(someone)["stock"] == {"in": 2, "last": 1}
    # no count tells a manager of another team's part, and a list says the same
    assert _counted(manager)["brand"] == {"Denso": 2}
    assert _counted(member)["brand"] == {"Denso": 2, "Bosch": 1}
    totals = [listing_search(SearchRequest(), user=one).total for one in (boss, manager, member)]
    assert totals == [3, 2, 3]
    assert listing_search(SearchRequest(limit=1), user=manager).total == 2
    # when
    listing_delete(listing_id=first.pk, actor=person())
    listing_search_write(listing_id=secret.pk, channel_states={"ebay": "live", "shopify": "err"})
    # then
    assert _counted(boss)["brand"] == {"Bosch": 1, "Denso": 1}
    assert _counted(boss)["channel"] == {"ebay=live": 1, "none": 1, "shopify=err": 1}
    # when
    listing_restore(listing_id=first.pk, actor=person())
    before = _counted(boss)
    search_fold()
    # then: folding changes nothing but the number of rows, and counting anew finds the same
    assert _counted(boss) == before
    keys = FacetCount.objects.values("team_id", "facet", "value").distinct().count()
    assert FacetCount.objects.count() == keys
    search_recount()
    assert _counted(boss) == before


@pytest.mark.django_db(transaction=True)
def test_kept_facets_are_exact_after_writers_and_folds_at_once() -> None:
    # given
    user = make_user(role=UserRole.MANAGER)
    parts = [make_listing(title=f"Part {n}", c_brand="Denso", stock=1) for n in range(4)]
    faults: list[BaseException] = []

    def write(position: int) -> None:
        try:
            for turn in range(12):
                listing_search_write(listing_id=parts[position].pk, stock_free=turn % 3)
        except BaseException as fault:  # noqa: BLE001 - told by the assertion below
            faults.append(fault)
        finally:
            close_old_connections()
            connection.close()

    def fold() -> None:
        try:
            for _ in range(6):
                search_fold()
        except BaseException as fault:  # noqa: BLE001 - as above
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    threads += [threading.Thread(target=fold) for _ in range(2)]
    # when
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # then
    assert faults == []
    assert _counted(user)["stock"] == {"in": 4}
    assert sum(FacetCount.objects.filter(facet="brand").values_list("number", flat=True)) == 4


@pytest.mark.django_db
def test_facets_of_many_hits_come_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr(search_module, "COUNT_CAP", 3)
    monkeypatch.setattr(facets_module, "COUNT_CAP", 3)
    monkeypatch.setattr(facets_module, "COUNTED_MAX", 4)
    for n in range(6):
        make_listing(title="Door handle", c_brand="Denso" if n else "Bosch")
    api = client_of(make_user())
    # when
    answer = api.get("/api/listings/search?q=handle&facets=true&limit=2").json()
    # then
    assert (answer["total"], answer["totalIsCapped"], answer["facets"]) == (3, True, None)
    assert answer["facetsUrl"] == "/api/listings/facets?q=handle"
    # when
    facets = {one["key"]: one for one in api.get(answer["facetsUrl"]).json()["facets"]}
    # then: the newest were counted, which is said
    assert facets["brand"]["isPartial"] is True
    assert [(v["value"], v["count"]) for v in facets["brand"]["values"]] == [("Denso", 5)]
    # and those of the whole catalog are kept, so they come with the rows
    whole = api.get("/api/listings/search?facets=true&limit=2").json()
    assert {v["value"]: v["count"] for f in whole["facets"] if f["key"] == "brand"
            for v in f["values"]} == {"Denso": 5, "Bosch": 1}  # fmt: skip


def _walk(user: User, **more: Any) -> list[Any]:
    seen: list[Any] = []
    cursor = ""
    for _ in range(40):
        page = listing_search(SearchRequest(text="handle", cursor=cursor, **more), user=user)
        seen.extend(page.ids)
        cursor = page.next_cursor
        if not cursor:
            return seen
    raise AssertionError


@pytest.mark.django_db
def test_ranked_pages_of_many_hits_neither_repeat_nor_skip(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given: of 12 hits the newest 6 are ranked, the others follow by date
    monkeypatch.setattr(search_module, "COUNT_CAP", 5)
    made = [make_listing(title=f"Handle {n}").pk for n in range(12)]
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for n, one in enumerate(made):
        ListingSearch.objects.filter(pk=one).update(created_at=start + dt.timedelta(days=n))
    user = make_user()
    # when
    seen = _walk(user, limit=4)
    # then
    assert sorted(map(str, seen)) == sorted(map(str, made))
    assert set(seen[:6]) == set(made[6:])
    assert seen[6:] == made[5::-1]
    # when: somebody adds parts between two pages
    first = listing_search(SearchRequest(text="handle", limit=4), user=user)
    make_listing(title="Handle new")
    second = listing_search(
        SearchRequest(text="handle", limit=4, cursor=first.next_cursor), user=user
    )
    third = listing_search(
        SearchRequest(text="handle", limit=4, cursor=second.next_cursor), user=user
    )
    # then
    assert [*first.ids, *second.ids, *third.ids] == seen[: len(first.ids + second.ids + third.ids)]
    # when: and back
    back = listing_search(
        SearchRequest(text="handle", limit=4, before=third.previous_cursor), user=user
    )
    # then
    assert back.ids == seen[2:6]
    assert first.total_is_capped
    assert second.total_is_capped
    assert third.total_is_capped
