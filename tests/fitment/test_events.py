"""Detection by events, and many at once, on real transactions."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fitment.models import PartFitment
from fitment.services import fitment_add, fitments_detect
from listings.services import listing_delete, listing_update
from realtrack.core.actors import Actor
from realtrack.core.dispatcher import dispatch_due
from realtrack.core.models import EventDelivery
from tests.fitment.factories import make_listing

MACHINE = Actor.system("fitment.detect")


@pytest.mark.django_db
@pytest.mark.usefixtures("vehicles")
class TestEvents:
    """A listing's events bring its vehicles, after the commit and not in it."""

    def test_a_new_listing_gets_its_vehicles(self, actor: Actor) -> None:
        # given
        listing = make_listing("Honda Civic 2006-2011 door", actor=actor)
        assert not PartFitment.objects.exists()

        # when
        dispatch_due()

        # then
        row = PartFitment.objects.get(listing=listing)
        assert (row.verified, row.source) == (False, "text")
        assert not EventDelivery.objects.filter(subscriber__startswith="fitment").exists()

    def test_only_words_that_changed_are_read_again(self, actor: Actor) -> None:
        # given
        listing = make_listing("Honda Civic 2006-2011 door", actor=actor)
        dispatch_due()

        # when: the price first, then the title
        listing_update(listing_id=listing.pk, data={"start_price": "10.00"}, version=1, actor=actor)
        PartFitment.objects.all().delete()
        dispatch_due()
        after_price = PartFitment.objects.count()
        listing_update(
            listing_id=listing.pk, data={"title": "Honda Pilot 2009-2015"}, version=2, actor=actor
        )
        dispatch_due()

        # then
        assert after_price == 0
        assert PartFitment.objects.get().model.name == "Pilot"

    def test_a_listing_that_is_gone_owes_nothing(self, actor: Actor) -> None:
        # given
        listing = make_listing("Honda Civic 2006-2011 door", actor=actor)
        listing_delete(listing_id=listing.pk, actor=actor)

        # when
        dispatch_due()

        # then
        assert not PartFitment.everything.exists()
        assert not EventDelivery.objects.filter(subscriber__startswith="fitment").exists()

    def test_the_listing_is_locked_before_the_first_write(self, actor: Actor) -> None:
        # given
        listing = make_listing("Honda Civic 2006-2011 door", actor=actor)

        # when
        with CaptureQueriesContext(
            connection,
        ) as queries:
            fitments_detect(listing_id=listing.pk, actor=MACHINE)

        # then: the listing, then its fitments, then the writes
        spoken = [one["sql"] for one in queries]
        locks = [place for place, sql in enumerate(spoken) if "FOR UPDATE" in sql]
        writes = [place for place, sql in enumerate(spoken) if sql.startswith(("INSERT", "UPDATE"))]
        assert '"listings"' in spoken[locks[0]]
        assert '"part_fitments"' in spoken[locks[1]]
        assert max(locks) < min(writes)


@pytest.fixture
def committed(transactional_db: None) -> None:
    """Real transactions; the reference data is loaded anew, because the flush takes it."""
    from fitment.reference import reference_load

    reference_load()


@pytest.mark.usefixtures("committed")
def test_many_readers_at_once_write_each_vehicle_once(actor: Actor) -> None:
    # given
    listing = make_listing("Honda Accord 2008-2012 Civic 2006-2011", actor=actor)
    faults: list[BaseException] = []
    start = threading.Barrier(4)

    def read() -> None:
        try:
            start.wait(timeout=20)
            fitments_detect(listing_id=listing.pk, actor=MACHINE)
        except BaseException as fault:  # noqa: BLE001 - told to the test, whatever it is
            faults.append(fault)
        finally:
            connection.close()

    # when
    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    # then
    assert faults == []
    assert PartFitment.objects.filter(listing=listing).count() == 2
    row = PartFitment.objects.select_related("model").first()
    assert row is not None
    assert row.model.name == "Accord"
    fitment_add(
        listing_id=listing.pk, model_id=row.model_id, year_start=2008, year_end=2012, actor=actor
    )
