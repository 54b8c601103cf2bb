from __future__ import annotations

import pytest

from ingestion.models import ImageAsset
from tests.ingestion.factories import processed
from tests.listings.factories import make_listing
from tests.people import browser_of

pytestmark = pytest.mark.django_db


def test_photos_are_put_in_order_and_the_first_is_the_main_one() -> None:
    # given
    listing = make_listing()
    first, second, third = (processed(listing_id=listing.pk) for _ in range(3))
    stranger = processed(listing_id=make_listing().pk)
    client = browser_of("user")
    # when one is named that is not of this part, one twice, one not at all, and one is no id
    answer = client.post(
        f"/ingestion/parts/{listing.pk}/order/",
        {"ids": [third.pk, stranger.pk, third.pk, "x", first.pk]},
    )
    # then
    assert (answer.status_code, answer["HX-Trigger"]) == (204, '{"photos": null}')
    found = ImageAsset.objects.filter(listing=listing).order_by("sort_order")
    assert [(one.pk, one.is_primary) for one in found] == [
        (third.pk, True),
        (first.pk, False),
        (second.pk, False),
    ]
    assert ImageAsset.objects.get(pk=stranger.pk).is_primary


def test_a_photo_becomes_the_main_one_and_goes() -> None:
    # given
    listing = make_listing()
    first, second = (processed(listing_id=listing.pk) for _ in range(2))
    client = browser_of("user")
    # when
    client.post(f"/ingestion/photos/{second.pk}/main/")
    # then
    page = client.get(f"/ingestion/parts/{listing.pk}/?part=grid").content.decode()
    assert page.index(f"photo-{second.pk}") < page.index(f"photo-{first.pk}")
    # and when it is removed, the next one follows
    client.post(f"/ingestion/photos/{second.pk}/delete/")
    assert ImageAsset.objects.get(pk=first.pk).is_primary
    page = client.get(f"/ingestion/parts/{listing.pk}/").content.decode()
    assert f"photo-{second.pk}" not in page
    assert "23 more fit" in page


def test_a_viewer_sees_photos_and_no_buttons() -> None:
    listing = make_listing()
    assert "Who may edit parts" in _panel(listing.pk)
    photo = processed(listing_id=listing.pk)
    page = _panel(listing.pk)
    assert f"photo-{photo.pk}" in page
    assert "Remove photo" not in page
    assert browser_of("viewer").post(f"/ingestion/photos/{photo.pk}/delete/").status_code == 403


def _panel(listing_id: object) -> str:
    return browser_of("viewer").get(f"/ingestion/parts/{listing_id}/").content.decode()
