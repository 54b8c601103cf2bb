"""The verification queue: one part to one person, lit words, evidence, decisions and their undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fitment.errors import QueueTaken
from fitment.evidence import Piece, excerpt, lit
from fitment.models import FitmentClaim, FitmentModel, PartFitment
from fitment.services import fitment_add, fitments_detect
from fitment.services.queue import (
    queue_claim,
    queue_claim_one,
    queue_decide,
    queue_release,
    queue_undo,
)
from realtrack.core.actors import Actor
from realtrack.core.models import AuditLog
from realtrack.core.rights import Role
from settings_app.models import User
from tests.fitment.factories import UserFactory, make_listing
from tests.people import browser_of

if TYPE_CHECKING:
    from listings.models import Listing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]
HTMX = {"HX-Request": "true"}
MACHINE = Actor.system("fitment.detect")


def waiting(title: str, actor: Actor, **data: str) -> Listing:
    listing = make_listing(title, actor=actor, **data)
    fitments_detect(listing_id=listing.pk, actor=MACHINE)
    return listing


@pytest.fixture
def parts(actor: Actor) -> Sequence[Listing]:
    """Three parts that wait, the oldest first."""
    return [
        waiting("Honda Civic 2006-2011 door", actor),
        waiting("Toyota Camry 2007-2011 lamp", actor),
        waiting("Ford F-150 2015-2018 mirror", actor),
    ]


def test_two_people_never_have_the_same_part(
    parts: Sequence[Listing], user: User, actor: Actor
) -> None:
    # given
    other = UserFactory.create()

    # when
    mine = queue_claim(user=user, actor=actor)
    theirs = queue_claim(user=other, actor=Actor.person(other))
    again = queue_claim(user=user, actor=actor)

    # then
    assert (mine, theirs, again) == (parts[0], parts[1], parts[0])
    assert not queue_claim_one(listing_id=parts[0].pk, actor=Actor.person(other))
    with pytest.raises(QueueTaken):
        queue_decide(
            listing_id=parts[1].pk,
            verify_ids=[PartFitment.objects.get(listing=parts[1]).pk],
            actor=actor,
        )
    assert not PartFitment.objects.filter(verified=True).exists()


def test_skipping_comes_round_and_a_closed_browser_holds_nothing_up(
    parts: Sequence[Listing], user: User, actor: Actor
) -> None:
    # given
    other = UserFactory.create()

    # when
    queue_claim(user=user, actor=actor)
    second = queue_claim(user=user, actor=actor, after=parts[0].pk)
    queue_release(listing_id=parts[1].pk, actor=actor)
    third = queue_claim(user=user, actor=actor, after=parts[1].pk)
    round_again = queue_claim(user=user, actor=actor, after=parts[2].pk)
    FitmentClaim.objects.update(until=timezone.now() - timedelta(seconds=1))
    theirs = queue_claim(user=other, actor=Actor.person(other))

    # then
    assert (second, third, round_again, theirs) == (parts[1], parts[2], parts[0], parts[0])


def test_a_decision_is_logged_and_taken_back(
    parts: Sequence[Listing], user: User, actor: Actor
) -> None:
    # given
    row = PartFitment.objects.get(listing=parts[0])
    queue_claim(user=user, actor=actor)

    # when
    done = queue_decide(listing_id=parts[0].pk, verify_ids=[row.pk], actor=actor)
    row.refresh_from_db()

    # then
    assert (done.verified, done.rejected, done.waiting) == ((row.pk,), (), 0)
    assert (row.verified, row.verified_by, row.verified_at is not None) == (True, user, True)
    assert AuditLog.objects.filter(event="fitment.verified", entity_id=str(row.pk)).count() == 1
    assert not FitmentClaim.objects.exists()

    # when it was rejected instead
    assert queue_undo(listing_id=parts[0].pk, verified_ids=[row.pk], actor=actor) == 1
    queue_claim(user=user, actor=actor)
    queue_decide(listing_id=parts[0].pk, reject_ids=[row.pk], actor=actor)
    assert not PartFitment.objects.filter(pk=row.pk).exists()
    assert queue_undo(listing_id=parts[0].pk, rejected_ids=[row.pk], actor=actor) == 1

    # then
    row.refresh_from_db()
    assert (row.verified, row.rejected_at) == (False, None)


def test_the_page_lights_the_words_and_counts_other_parts_of_the_number(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    for agrees in (True, True, False):
        other = make_listing("Lamp", actor=actor, c_manufacturer_part_number="81150-06D50")
        year = 2009 if agrees else 1999
        fitment_add(
            listing_id=other.pk, model_id=camry.pk, year_start=year, year_end=year, actor=actor
        )
    waiting("Camry 2007-2011 lamp", actor, c_manufacturer_part_number="81150-06D50")
    staff = browser_of(Role.USER)

    # when
    with CaptureQueriesContext(connection) as queries:
        page = staff.get(reverse("fitment:queue")).content.decode()

    # then
    assert '<mark class="cur">Camry 2007-2011</mark> lamp' in page
    assert "2 of 3 verified parts with this number agree" in page
    assert "2 of 3 agree" in page
    assert len(queries) <= 40


def test_keys_of_the_page_verify_reject_and_go_on(parts: Sequence[Listing]) -> None:
    # given
    staff = browser_of(Role.USER)
    rows = [PartFitment.objects.get(listing=one) for one in parts]
    staff.get(reverse("fitment:queue"))

    # when
    nothing = decide(staff, parts[0], {"do": "verify"})
    second = decide(staff, parts[0], {"do": "verify", "ids": str(rows[0].pk)})
    third = decide(staff, parts[1], {"do": "reject", "row": str(rows[1].pk)})
    wrong = correct(staff, rows[2], "2018-2015")
    empty = correct(staff, rows[2], "2015-2017")

    # then
    assert "No row is ticked." in nothing.headers["HX-Trigger"]
    assert "Toyota Camry 2007-2011" in text_of(second)
    assert "F-150" in text_of(third)
    assert (wrong.status_code, "Write one range" in wrong.content.decode()) == (422, True)
    assert "Nothing waits" in empty.content.decode()
    assert [*PartFitment.everything.order_by("pk").values_list("verified", "year_end")] == [
        (True, 2011),
        (False, 2011),
        (True, 2017),
    ]


def test_who_may_only_look_takes_nothing(parts: Sequence[Listing]) -> None:
    # when
    page = browser_of(Role.VIEWER).get(reverse("fitment:queue")).content.decode()

    # then
    assert "Verify ticked" not in page
    assert not FitmentClaim.objects.exists()


@pytest.mark.parametrize(
    ("text", "words", "current", "pieces"),
    [
        ("Lamp Camry 07-11", ["Camry 07-11"], "Camry 07-11",
         [Piece(text="Lamp "), Piece(text="Camry 07-11", kind="cur")]),
        ("07-11 lamp for CAMRY", ["camry 07-11"], "",
         [Piece(text="07-11", kind="on"), Piece(text=" lamp for "), Piece(text="CAMRY", kind="on")]),
        ("Nothing", ["Camry"], "", [Piece(text="Nothing")]),
        ("", ["Camry"], "", []),
    ],
)  # fmt: skip
def test_recognised_words_are_lit(
    text: str, words: list[str], current: str, pieces: list[Piece]
) -> None:
    assert lit(text, words, current) == pieces


def test_a_long_description_is_cut_to_what_is_lit() -> None:
    # when
    shown = excerpt(lit("a " * 400 + "Camry 07-11 " + "b " * 400, ["Camry 07-11"], "Camry 07-11"))

    # then
    assert [piece.kind for piece in shown] == ["", "cur", ""]
    assert max(len(piece.text) for piece in shown) < 200
    assert excerpt(lit("nothing here", [])) == []


def decide(staff: Client, listing: Listing, data: dict[str, str]) -> Any:
    return staff.post(reverse("fitment:queue-decide", args=[listing.pk]), data, headers=HTMX)


def correct(staff: Client, row: PartFitment, years: str) -> Any:
    url = reverse("fitment:queue-correct", args=[row.listing_id, row.pk])
    return staff.post(url, {"years": years}, headers=HTMX)


def text_of(answer: HttpResponse) -> str:
    plain = answer.content.decode()
    return plain.replace('<mark class="cur">', "").replace("</mark>", "")
