"""Preview, apply, undo on real rows: what the preview says is what applying does."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from channels_app.enums import PaymentState
from listings.models import Listing, ListingRevision, ListingSearch, RulePrice
from listings.pricing import apply, facts, keep
from listings.pricing.preview import pricing_preview
from listings.services import listing_update
from orders.models import Order
from orders.services import order_import
from realtrack.core import registry
from realtrack.core.actors import Actor
from realtrack.core.models import AuditLog, Run, RunItem, RunState
from settings_app import catalog, teams
from settings_app.models import PricingRule
from tests.listings.factories import make_listing
from tests.orders.factories import account, found_order, line
from tests.people import api_of, browser_of, user_of

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = Actor.system("test")


def save_rule(kind: str, parameters: dict[str, Any], **more: Any) -> PricingRule:
    data = {"name": kind, "rule_type": kind, "parameters": parameters, "active": False, **more}
    return catalog.pricing_rule_save(rule_id=None, data=data, actor=ACTOR)


def manager() -> Actor:
    return Actor.person(user_of("manager"))


def applied(*rules: PricingRule, actor: Actor | None = None) -> Run:
    run = apply.pricing_apply_start(rule_ids=[rule.pk for rule in rules], actor=actor or manager())
    apply.pricing_run_work(run_id=run.pk)
    run.refresh_from_db()
    return run


def catalog_of(count: int) -> list[Listing]:
    return [
        make_listing(
            actor=manager(),
            title=f"Part {number}",
            start_price=str(20 + number * 7) if number % 7 else None,
            cost=str(10 + number * 4) if number % 3 else None,
            c_brand="Denso" if number % 2 else "Bosch",
            c_manufacturer_part_number=f"MPN-{number % 4}",
        )
        for number in range(count)
    ]


def four_rules() -> list[PricingRule]:
    return [
        save_rule("markdown", {"percentage": 12}, brand="Denso"),
        save_rule(
            "competitive", {"percent_below": 3, "minimum_count": 2}, price_from=Decimal("60.00")
        ),
        save_rule("round", {"ending": "0.99"}, priority=5),
        save_rule("min_margin", {"percentage": 25, "floor_price": "9.99"}),
    ]


def test_field_16_what_the_preview_says_is_what_applying_does() -> None:
    # given
    catalog_of(24)
    rules = four_rules()
    # when
    said = pricing_preview(rules=rules)
    shown = {row.listing_id: row.after for row in said.rows}
    assert sum(Listing.objects.values_list("version", flat=True)) == 24
    run = applied(*rules)
    # then
    totals = said.totals
    prices = [price for price in Listing.objects.values_list("start_price", flat=True) if price]
    assert sum(prices, Decimal(0)) == totals.sum_after
    assert (run.state, run.total, run.changed_count) == (RunState.DONE, 24, totals.changed)
    assert totals.changed > 10
    assert {key: Listing.objects.get(pk=key).start_price for key in shown} == shown
    after = pricing_preview(rules=rules).totals
    assert (after.sum_before, after.changed) == (totals.sum_after, 0)
    assert (after.margin_before, after.margin_after) == (totals.margin_after, totals.margin_after)


def test_a_changed_row_has_its_version_revision_mark_log_and_search_row() -> None:
    part = make_listing(actor=manager(), start_price="50.00")
    rule = save_rule("markdown", {"percentage": 10})
    run = applied(rule)
    saved = Listing.objects.get(pk=part.pk)
    assert (saved.start_price, saved.version) == (Decimal("45.00"), part.version + 1)
    assert "start_price" in saved.person_fields
    revision = ListingRevision.objects.get(id=part.pk, version=saved.version)
    assert (revision.change_reason, revision.run_id) == ("pricing_rule", run.pk)
    assert (revision.start_price, revision.changed_fields) == (Decimal("45.00"), ["start_price"])
    mark = RulePrice.objects.get(listing=part.pk)
    assert (mark.base, mark.price, mark.rule_ids) == (
        Decimal("50.00"), Decimal("45.00"), [rule.pk],
    )  # fmt: skip
    assert ListingSearch.objects.get(pk=part.pk).price == Decimal("45.00")
    log = AuditLog.objects.filter(event="listing.updated", run_id=run.pk).get()
    assert log.changes == {"start_price": ["50.00", "45.00"]}
    assert RunItem.objects.get(run=run).reason == "markdown: -10 %"


def test_applying_twice_changes_nothing_and_a_persons_price_is_the_new_start() -> None:
    part = make_listing(actor=manager(), start_price="50.00")
    rule = save_rule("markdown", {"percentage": 10})
    applied(rule)
    assert applied(rule).same_count == 1
    listing_update(listing_id=part.pk, data={"start_price": "80.00"}, version=None, actor=manager())
    applied(rule)
    assert Listing.objects.get(pk=part.pk).start_price == Decimal("72.00")


def test_undo_puts_back_all_but_what_was_changed_since() -> None:
    # given
    parts = [make_listing(actor=manager(), start_price="50.00") for _ in range(5)]
    run = applied(save_rule("markdown", {"percentage": 10}))
    listing_update(
        listing_id=parts[0].pk, data={"start_price": "99.00"}, version=None, actor=manager()
    )
    # when
    client = api_of("manager")
    answer = client.post(f"/api/settings/pricing-rules/runs/{run.pk}/undo")
    assert answer.status_code == 202
    apply.pricing_run_work(run_id=answer.json()["jobId"])
    # then
    undo = Run.objects.get(pk=answer.json()["jobId"])
    assert (undo.state, undo.changed_count, undo.refused_count) == ("done", 4, 1)
    prices = list(Listing.objects.order_by("start_price").values_list("start_price", flat=True))
    assert prices == [Decimal("50.00")] * 4 + [Decimal("99.00")]
    assert list(RulePrice.objects.values_list("listing", flat=True)) == [parts[0].pk]
    again = client.post(f"/api/settings/pricing-rules/runs/{run.pk}/undo")
    assert again.status_code == 409


def test_undo_of_a_second_run_leads_to_the_first_ones_price_and_base() -> None:
    part = make_listing(actor=manager(), start_price="50.00")
    first, second = (save_rule("markdown", {"percentage": share}) for share in (10, 20))
    applied(first)
    run = applied(second)
    assert Listing.objects.get(pk=part.pk).start_price == Decimal("40.00")
    undo = apply.pricing_undo_start(run_id=run.pk, actor=manager())
    apply.pricing_run_work(run_id=undo.pk)
    assert Listing.objects.get(pk=part.pk).start_price == Decimal("45.00")
    assert RulePrice.objects.get(pk=part.pk).base == Decimal("50.00")
    assert applied(first).same_count == 1


def test_a_run_goes_on_after_a_kill_and_does_no_row_twice(monkeypatch: Any) -> None:
    monkeypatch.setattr(facts, "CHUNK", 3)
    parts = [make_listing(actor=manager(), start_price="50.00") for _ in range(8)]
    rule = save_rule("markdown", {"percentage": 10})
    run = apply.pricing_apply_start(rule_ids=[rule.pk], actor=manager())
    calls: list[object] = []

    def dies(*args: Any, **kwargs: Any) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        record(*args, **kwargs)

    record = apply._record
    monkeypatch.setattr(apply, "_record", dies)
    with pytest.raises(KeyboardInterrupt):
        apply.pricing_run_work(run_id=run.pk)
    assert RunItem.objects.filter(run=run).count() == 3
    apply.pricing_run_work(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.changed_count) == ("done", 8)
    assert {part.version for part in Listing.objects.all()} == {parts[0].version + 1}


def test_two_workers_on_one_run_do_each_row_once() -> None:
    for _ in range(6):
        make_listing(actor=manager(), start_price="50.00")
    rule = save_rule("markdown", {"percentage": 10})
    run = apply.pricing_apply_start(rule_ids=[rule.pk], actor=manager())

    def work() -> None:
        try:
            apply.pricing_run_work(run_id=run.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.refresh_from_db()
    assert (run.state, run.changed_count, run.total) == ("done", 6, 6)
    assert {part.version for part in Listing.objects.all()} == {2}


def test_the_api_previews_with_steps_floor_and_bars_and_stores_nothing() -> None:
    part = make_listing(actor=manager(), start_price="50.00", cost="45.00")
    rules = [save_rule("markdown", {"percentage": 10}), save_rule("min_margin", {"percentage": 5})]
    body = {"ruleIds": [str(rule.pk) for rule in rules], "listingIds": [str(part.pk)]}
    client = api_of("manager")
    answer = client.post("/api/settings/pricing-rules/preview", body)
    assert answer.status_code == 200
    (row,) = answer.json()["rows"]
    # (45 + 0.40) / (1 - 0.1325 - 0.05) = 55.54
    assert (row["before"], row["after"], row["floor"]) == ("50.00", row["floor"], row["floor"])
    assert Decimal("55.53") <= Decimal(row["floor"]) <= Decimal("55.56")
    assert row["steps"][0]["words"] == "-10 %"
    totals = answer.json()["totals"]
    assert (totals["lifted"], totals["underFloorBefore"], totals["changed"]) == (1, 1, 1)
    assert sum(bar["count"] for bar in totals["bars"]) == 1
    assert Run.objects.count() == 0
    assert api_of("user").post("/api/settings/pricing-rules/preview", body).status_code == 403
    job = client.post("/api/settings/pricing-rules/apply", body)
    assert job.status_code == 202
    assert client.get(f"/api/jobs/{job.json()['jobId']}").status_code == 200
    unknown = {"ruleIds": [str(part.pk)]}
    assert client.post("/api/settings/pricing-rules/preview", unknown).status_code == 400


def test_own_listed_prices_are_evidence_before_rules_and_without_oneself() -> None:
    parts = [
        make_listing(actor=manager(), start_price=price, c_manufacturer_part_number="A-1")
        for price in ("10.00", "20.00", "30.00")
    ]
    applied(save_rule("markdown", {"percentage": 50}))
    found = facts.listed_prices([part.pk for part in parts])
    assert sorted(found[parts[0].pk]) == [Decimal("20.00"), Decimal("30.00")]


def test_rules_that_are_on_price_what_comes_and_changes() -> None:
    # given a rule that was switched on with a run
    parts = [make_listing(actor=manager(), start_price="50.00") for _ in range(3)]
    rule = save_rule("markdown", {"percentage": 10})
    assert keep.pricing_keep() is None
    run = apply.pricing_apply_start(rule_ids=[rule.pk], actor=manager(), switch_on=True)
    assert keep.pricing_keep() is None  # a run is under way
    apply.pricing_run_work(run_id=run.pk)
    rule.refresh_from_db()
    assert rule.active
    assert keep.pricing_keep() is None
    # when a part comes and a person types a price
    fresh = make_listing(actor=manager(), start_price="20.00")
    listing_update(
        listing_id=parts[0].pk, data={"start_price": "80.00"}, version=None, actor=manager()
    )
    kept = keep.pricing_keep()
    # then those two are priced, by nobody's hand
    assert kept is not None
    apply.pricing_run_work(run_id=kept)
    done = Run.objects.get(pk=kept)
    assert (done.state, done.total, done.changed_count) == (RunState.DONE, 2, 2)
    assert done.actor_kind == "system"
    assert Listing.objects.get(pk=fresh.pk).start_price == Decimal("18.00")
    assert Listing.objects.get(pk=parts[0].pk).start_price == Decimal("72.00")
    assert Listing.objects.get(pk=parts[1].pk).start_price == Decimal("45.00")
    assert keep.pricing_keep() is None


def test_undo_switches_the_rules_off_else_they_would_write_again() -> None:
    part = make_listing(actor=manager(), start_price="50.00")
    rule = save_rule("markdown", {"percentage": 10})
    run = apply.pricing_apply_start(rule_ids=[rule.pk], actor=manager(), switch_on=True)
    apply.pricing_run_work(run_id=run.pk)
    undo = apply.pricing_undo_start(run_id=run.pk, actor=manager())
    apply.pricing_run_work(run_id=undo.pk)
    rule.refresh_from_db()
    assert not rule.active
    assert keep.pricing_keep() is None
    assert Listing.objects.get(pk=part.pk).start_price == Decimal("50.00")
    rows = AuditLog.objects.filter(event="pricing_rule.changed", entity_id=str(rule.pk))
    switched = [row.changes["active"] for row in rows.order_by("created_at") if row.changes]
    assert switched == [[False, True], [True, False]]


def test_own_sold_prices_are_evidence_for_a_competitive_rule() -> None:
    # given three sales of the number, one of another, one cancelled
    part = make_listing(
        actor=manager(), start_price="100.00", c_manufacturer_part_number="27060-F0010"
    )
    other = make_listing(actor=manager(), start_price="5.00", c_manufacturer_part_number="X-1")
    for price, of in (("80.00", part), ("90.00", part), ("70.00", part), ("1.00", other)):
        found = found_order(account(), [line(of, price=price)], payment=PaymentState.PAID)
        order_import(found_order=found, connection_id=found.connection_id, actor=ACTOR)
    Order.objects.filter(items__unit_price="70.00").update(status="cancelled")
    assert registry.price_evidence.get("sold") is not None
    sold = facts.facts_of(
        facts.chunk_after(facts.priced([part.pk]), None),
        today=timezone.localdate(), with_evidence=True,
    )[0].evidence["sold"]  # fmt: skip
    assert sorted(sold) == [Decimal("80.00"), Decimal("90.00")]
    rule = save_rule("competitive", {"percent_below": 10, "source": "sold", "minimum_count": 2})
    # then the lower middle one of both, minus 10 %
    assert pricing_preview(rules=[rule], listing_ids=[part.pk]).rows[0].after == Decimal("72.00")


def test_the_page_tries_chosen_parts_and_switches_on_what_was_tried() -> None:
    # given
    parts = [make_listing(actor=manager(), start_price="50.00") for _ in range(3)]
    on = save_rule("markdown", {"percentage": 10}, active=True, brand="None of ours")
    off = save_rule("round", {"ending": "0.99"})
    client = browser_of("manager")
    sku = parts[0].custom_label_sku
    # when one part is tried
    page = client.get("/listings/pricing/", {"rules": [str(off.pk)], "skus": f" {sku}\n"})
    # then
    assert page.status_code == 200
    assert (page.context["totals"].count, len(page.context["rows"])) == (1, 1)
    assert b"Switch on" not in page.content
    wrong = client.get("/listings/pricing/", {"rules": [str(off.pk)], "skus": "NO-SUCH"})
    assert b"There is no part with the SKU NO-SUCH." in wrong.content
    # and switching on is offered only when what is on was tried too
    alone = client.get("/listings/pricing/", {"rules": [str(off.pk)]})
    assert b"not chosen" in alone.content
    both = client.get("/listings/pricing/", {"rules": [str(on.pk), str(off.pk)]})
    assert b"Switch on" in both.content
    # when applied to the one part, then switched on
    client.post("/listings/pricing/apply/", {"rules": [str(off.pk)], "skus": sku})
    run = Run.objects.latest("created_at")
    apply.pricing_run_work(run_id=run.pk)
    run.refresh_from_db()
    assert (run.total, run.changed_count) == (1, 1)
    off.refresh_from_db()
    assert not off.active
    client.post("/listings/pricing/apply/", {"rules": [str(on.pk), str(off.pk)], "switch_on": "1"})
    off.refresh_from_db()
    assert off.active


def test_a_part_of_another_team_is_not_tried() -> None:
    team = teams.team_save(team_id=None, name="Others", actor=ACTOR)
    part = make_listing(actor=manager(), start_price="50.00", team_id=str(team.pk))
    rule = save_rule("markdown", {"percentage": 10})
    page = browser_of("manager").get(
        "/listings/pricing/", {"rules": [str(rule.pk)], "skus": part.custom_label_sku}
    )
    assert b"There is no part with the SKU" in page.content
