"""Search: words, typos, part numbers, typed filters, facets, paging."""

from __future__ import annotations

from typing import Any

import pytest

from listings.models import Listing
from listings.selectors import (
    SearchRequest,
    listing_facets,
    listing_search,
    listing_suggest,
)
from listings.selectors.query import parse_query
from listings.services import listing_create, listing_delete, listing_search_write, search_fold
from realtrack.core.errors import InvalidInput
from settings_app.enums import UserRole
from settings_app.models import Team, User
from tests.listings.factories import make_listing, make_user, person

pytestmark = pytest.mark.django_db

PARTS: dict[str, dict[str, Any]] = {
    "alternator": {
        "title": "2008-2012 Honda Accord 2.4L Alternator 31100-R40-A01 OEM Used",
        "c_brand": "Denso",
        "c_type": "Alternator",
        "c_manufacturer_part_number": "31100-R40-A01",
        "start_price": "89.90",
        "condition_id": "3000",
    },
    "headlight": {
        "title": "2015-2017 Toyota Camry Left Headlight Halogen 81150-06D50 Used",
        "c_brand": "Toyota",
        "c_type": "Headlight",
        "c_manufacturer_part_number": "81150-06D50",
        "start_price": "164.00",
        "condition_id": "3000",
    },
    "starter": {
        "title": "2009-2014 Nissan Murano 3.5L Starter Motor 23300-JA11B Used",
        "c_brand": "Denso",
        "c_type": "Starter Motor",
        "c_manufacturer_part_number": "234-4209",
        "c_oe_oem_part_number": "23300-JA11B|23300 JA11A",
        "start_price": "58.00",
        "condition_id": "1000",
        "description": "<p>Tested on the bench, solenoid included</p>",
    },
    "mirror": {
        "title": "2014-2019 BMW X5 Left Door Mirror Heated Folding 51167365095",
        "c_brand": "BMW",
        "c_type": "Door Mirror",
        "c_manufacturer_part_number": "51167365095",
        "start_price": "289.00",
        "condition_id": "3000",
        "item_specifics": {"Interchange Part Number": "5116-7365-095", "Material": "Glas"},
    },
}


@pytest.fixture
def catalog() -> dict[str, Listing]:
    made = {
        name: make_listing(custom_label_sku=f"NS-{n}", stock=n, **data)
        for n, (name, data) in enumerate(PARTS.items())
    }
    search_fold()
    return made


@pytest.fixture
def user() -> User:
    return make_user()


def found(catalog: dict[str, Listing], text: str, user: User, **more: object) -> list[str]:
    names = {listing.pk: name for name, listing in catalog.items()}
    request = SearchRequest(text=text, **more)  # type: ignore[arg-type]  # of the tests below
    return [names[one] for one in listing_search(request, user=user).ids]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("alternator", "alternator"),
        ("honda accord", "alternator"),
        ("accord alternators", "alternator"),
        ("alternatr", "alternator"),
        ("hedlight camry", "headlight"),
        ("toyotta headlight", "headlight"),
        ("31100-R40-A01", "alternator"),
        ("31100R40A01", "alternator"),
        ("31100 r40 a01", "alternator"),
        ("31100R40", "alternator"),
        ("311", "alternator"),
        ("2344209", "starter"),
        ("234 4209", "starter"),
        ("234-4209", "starter"),
        ("234.4209", "starter"),
        ("23300ja11b", "starter"),
        ("23300-JA11A", "starter"),
        ("denso 23300", "starter"),
        ("bmw mirror", "mirror"),
        ("5116 7365 095", "mirror"),
        ("X5 left mirror", "mirror"),
        ('"door mirror"', "mirror"),
        ("NS-1", "headlight"),
        ("ns1", "headlight"),
        ("2016 camry", "headlight"),
        ("2018 x5", "mirror"),
        ("solenoid", "starter"),
        ("starter mot", "starter"),
        ("headl", "headlight"),
        ("brand:toyota", "headlight"),
        ("brand:bmw mirror", "mirror"),
        ("type:alternator", "alternator"),
        ('type:"door mirror"', "mirror"),
        ("price:<60", "starter"),
        ("price:>=289", "mirror"),
        ("price:80..100", "alternator"),
        ("stock:0", "alternator"),
        ("stock:3", "mirror"),
        ("condition:new", "starter"),
        ("sku:ns-2", "starter"),
        ("number:51167365095", "mirror"),
        ("glas", "mirror"),
        ("the mirror for the X5", "mirror"),
    ],
)
def test_search_finds_first(catalog: dict[str, Listing], user: User, text: str, first: str) -> None:
    assert found(catalog, text, user)[:1] == [first]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("left", {"headlight", "mirror"}),
        ("left -mirror", {"headlight"}),
        ('used -"starter motor"', {"alternator", "headlight"}),
        ("brand:denso", {"alternator", "starter"}),
        ("brand:denso,bmw", {"alternator", "starter", "mirror"}),
        ("-brand:denso", {"headlight", "mirror"}),
        ("price:<100 brand:denso", {"alternator", "starter"}),
        ("stock:in", {"headlight", "starter", "mirror"}),
        ("stock:last", {"headlight"}),
        ("price:cheap", set()),
        ("status:draft", {"alternator", "headlight", "starter", "mirror"}),
        ("status:published", set()),
        ("nothing like this exists", set()),
    ],
)
def test_search_finds_exactly(
    catalog: dict[str, Listing], user: User, text: str, names: set[str]
) -> None:
    assert set(found(catalog, text, user)) == names


@pytest.mark.parametrize(
    "text",
    ['"', "''", "\\", ":*", "a & | !", "(((", "-", 'brand:"', "\x00", "ŉ", "%", "_", "' OR 1=1 --",
     "price:<", "x" * 5000, "🙂", "--", '-"', "12:34", "ß ŉ 'n"],
)  # fmt: skip
def test_search_never_breaks_on_what_people_type(
    catalog: dict[str, Listing], user: User, text: str
) -> None:
    listing_search(SearchRequest(text=text), user=user)
    listing_suggest(text, user=user)


def test_search_unknown_filter_is_said_with_the_nearest() -> None:
    parsed = parse_query("stok:0 colr:red mirror")
    assert [(one.token, one.suggestion) for one in parsed.unknown] == [
        ("stok:0", "stock"),
        ("colr:red", ""),
    ]
    assert parsed.words == ("mirror",)


def test_search_ranks_a_whole_number_above_words(catalog: dict[str, Listing], user: User) -> None:
    # given
    make_listing(title="Alternator bracket for 31100-R40-A01 31100-R40-A01 and others")
    # when
    names = listing_search(SearchRequest(text="31100R40A01"), user=user).ids
    # then
    assert names[0] == catalog["alternator"].pk


def test_search_forgets_the_deleted(catalog: dict[str, Listing], user: User) -> None:
    listing_delete(listing_id=catalog["mirror"].pk, actor=person())
    assert found(catalog, "mirror", user) == []


def test_search_shows_a_team_only_its_parts(catalog: dict[str, Listing], user: User) -> None:
    # given
    team = Team.objects.create(name="Lights")
    make_listing(title="Secret headlight", team_id=team.pk)
    member = make_user()
    member.teams.add(team)
    manager, admin = make_user(role=UserRole.MANAGER), make_user(role=UserRole.ADMIN)
    # when
    totals = [
        listing_search(SearchRequest(text="headlight"), user=one).total
        for one in (user, member, manager, admin)
    ]
    # then
    assert totals == [1, 2, 1, 2]


def test_search_pages_by_cursor_without_repeats_while_others_write(user: User) -> None:
    # given
    made = [make_listing(title=f"Door handle {n}", start_price=str(n % 3)) for n in range(25)]
    seen: list[object] = []
    cursor = ""
    # when
    for _ in range(20):
        page = listing_search(
            SearchRequest(text="handle", sort="price", limit=4, cursor=cursor), user=user
        )
        seen.extend(page.ids)
        make_listing(title="Door handle of somebody else", start_price="0")
        cursor = page.next_cursor
        if not cursor:
            break
    # then
    assert len(seen) == len(set(seen))
    assert {one.pk for one in made} <= set(seen)


@pytest.mark.parametrize(
    "sort",
    ["relevance", "newest", "oldest", "price", "-price", "-stock", "health", "updated", "title"],
)
def test_search_cursor_walks_every_order(user: User, sort: str) -> None:
    # given
    for n in range(9):
        make_listing(title="Same handle", start_price=None if n % 2 else str(n))
    seen: list[object] = []
    cursor = ""
    # when
    for _ in range(9):
        page = listing_search(
            SearchRequest(text="handle", sort=sort, limit=2, cursor=cursor), user=user
        )
        seen.extend(page.ids)
        cursor = page.next_cursor
        if not cursor:
            break
    # then
    assert len(seen) == len(set(seen)) == 9


@pytest.mark.parametrize("cursor", ["x", "eyJ", "W10", "WyJuZXdlc3QiLCJ4IiwieSJd", "ÿ"])
def test_search_refuses_a_broken_cursor(user: User, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        listing_search(SearchRequest(cursor=cursor), user=user)


def test_facets_count_and_leave_their_own_filter_out(
    catalog: dict[str, Listing], user: User
) -> None:
    # given
    listing_search_write(
        listing_id=catalog["mirror"].pk, channel_states={"ebay": "live"}, bins=["C-02-3"]
    )
    request = SearchRequest(filters={"brand": ["Denso"]})
    # when
    facets = {
        facet.key: {one.value: one.count for one in facet.values}
        for facet in listing_facets(request, user=user)
    }
    # then
    assert facets["brand"] == {"Denso": 2, "BMW": 1, "Toyota": 1}
    assert facets["type"] == {"Alternator": 1, "Starter Motor": 1}
    assert facets["condition"] == {"1000": 1, "3000": 1}
    assert facets["stock"] == {"in": 1, "none": 1}
    assert facets["channel"] == {"none": 2}
    assert found(catalog, "channel:ebay", user) == ["mirror"]
    assert found(catalog, "channel:ebay=live bin:C-02-3", user) == ["mirror"]
    assert found(catalog, "channelstate:live", user) == ["mirror"]


def test_suggest_offers_filters_brands_types_and_parts(
    catalog: dict[str, Listing], user: User
) -> None:
    kinds = {one.kind for one in listing_suggest("den", user=user)}
    assert kinds == {"brand", "listing"}
    assert [one.value for one in listing_suggest("bra", user=user) if one.kind == "filter"] == [
        "brand:"
    ]
    assert [one.value for one in listing_suggest("door", user=user) if one.kind == "type"] == [
        'type:"Door Mirror"'
    ]


def test_search_of_an_old_title_ends_with_the_change(user: User) -> None:
    # given
    listing = listing_create(data={"title": "Fuel pump"}, actor=person())
    from listings.services import listing_update

    # when
    listing_update(listing_id=listing.pk, data={"title": "Water pump"}, version=1, actor=person())
    # then
    assert listing_search(SearchRequest(text="fuel"), user=user).total == 0
    assert listing_search(SearchRequest(text="water pump"), user=user).ids == [listing.pk]


def test_search_pages_back_to_where_it_came_from(user: User) -> None:
    # given
    for n in range(10):
        make_listing(title=f"Handle {n}", start_price=str(n // 2))
    first = listing_search(SearchRequest(text="handle", sort="price", limit=4), user=user)
    # when
    second = listing_search(
        SearchRequest(text="handle", sort="price", limit=4, cursor=first.next_cursor), user=user
    )
    back = listing_search(
        SearchRequest(text="handle", sort="price", limit=4, before=second.previous_cursor),
        user=user,
    )
    # then
    assert back.ids == first.ids
    assert (first.previous_cursor, back.previous_cursor) == ("", "")
    assert back.next_cursor == first.next_cursor
