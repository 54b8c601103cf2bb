"""Shipping quotes, rule shapes, tax, history, key tests."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput
from realtrack.core.tasks import dispatch_events
from settings_app import beat_watch, schemas, services
from settings_app.enums import CostType
from settings_app.models import PricingRule, ShippingProfile
from settings_app.selectors import setting_history, setting_value
from settings_app.shipping import Parcel, shipping_quote
from settings_app.tax import TaxRule, state_rates, tax_lines, tax_rule_for
from tests.listings.factories import make_listing
from tests.people import api_of, browser_of, user_of

ACTOR = Actor.system("test")
PARAMETERS: dict[str, Any] = {
    "divisor": 139,
    "bands": [{"up_to": 5, "cost": "10.00"}, {"up_to": 20, "cost": "18.50"}],
    "per_pound_over": "0.75",
    "zones": [{"name": "Far", "states": ["AK", "HI"], "factor": 2, "add": "5.00"}],
    "oversize": {"longest_side": 48, "length_and_girth": 130, "surcharge": "40.00"},
}


def _profile(**values: Any) -> ShippingProfile:
    return ShippingProfile(**{"cost_type": CostType.CALCULATED, "parameters": PARAMETERS, **values})


def _parcel(**values: Any) -> Parcel:
    sizes: dict[str, Any] = {
        name: Decimal(str(one)) if isinstance(one, (int, float)) else one
        for name, one in values.items()
    }
    return Parcel(**sizes)


@pytest.mark.parametrize(
    ("parcel", "cost"),
    [
        ({"weight": 5}, "10.00"), ({"weight": 5.01}, "18.50"), ({"weight": 20}, "18.50"),
        ({"weight": 22.2}, "20.75"), ({"weight": 5, "state": "AK"}, "25.00"),
        # 20 × 12 × 12 / 139 = 20.72 lb
        ({"weight": 5, "length": 12, "width": 20, "height": 12}, "19.25"),
        ({"weight": 5, "length": 50, "width": 2, "height": 2}, "50.00"),
        ({"length": 10, "width": 10, "height": 5}, "10.00"),
    ],
)  # fmt: skip
def test_a_quote_by_bands_zone_and_size(parcel: dict[str, Any], cost: str) -> None:
    assert shipping_quote(_profile(), _parcel(**parcel)).cost == Decimal(cost)


def test_what_cannot_be_quoted_says_why() -> None:
    with pytest.raises(InvalidInput, match="not right"):
        shipping_quote(_profile(), Parcel())
    with pytest.raises(InvalidInput):
        shipping_quote(_profile(domestic_only=True), _parcel(weight=1, country="CA"))
    ending = {name: one for name, one in PARAMETERS.items() if name != "per_pound_over"}
    with pytest.raises(InvalidInput):
        shipping_quote(_profile(parameters=ending), _parcel(weight=21))
    free = _profile(cost_type=CostType.FREE)
    assert shipping_quote(free, Parcel()).cost == 0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.decimals("0.01", "500", places=2), min_size=5, max_size=5))
def test_a_heavier_parcel_never_costs_less(sizes: list[Decimal]) -> None:
    low, high = sorted(sizes[:2])
    sides: dict[str, Any] = dict(zip(("length", "width", "height"), sizes[2:], strict=True))
    costs = [shipping_quote(_profile(), Parcel(weight=one, **sides)).cost for one in (low, high)]
    assert Decimal(0) <= costs[0] <= costs[1]
    assert costs[1].as_tuple().exponent == -2


def _body(**values: Any) -> dict[str, Any]:
    return {
        "name": "By weight", "carrier": "UPS", "service": "Ground", "costType": "calculated",
        "parameters": PARAMETERS, **values,
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_calculated_profile_is_saved_quoted_and_kept_while_in_use() -> None:
    client = api_of("manager")
    bad = client.post(
        "/api/settings/shipping-profiles", _body(parameters={"bands": [{"up_to": -1}]})
    )
    assert (bad.status_code, bad.json()["errors"][0]["attr"]) == (400, "parameters")
    made = client.post("/api/settings/shipping-profiles", _body()).json()["profile"]
    assert made["parameters"] == PARAMETERS
    quote = client.post(
        "/api/settings/shipping-profiles/quote", {"profileId": made["id"], "weight": "7"}
    )
    assert quote.json()["quote"]["cost"] == "18.50"
    none = client.post("/api/settings/shipping-profiles/quote", {"weight": 1})
    assert none.status_code == 404
    make_listing(shipping_profile_name="By weight")
    url = f"/api/settings/shipping-profiles/{made['id']}"
    refused = client.delete(url)
    assert refused.status_code == 409
    assert "1 listings" in refused.json()["errors"][0]["detail"]
    assert client.put(url, _body(name="Other")).status_code == 409
    assert client.put(url, _body(active=False)).status_code == 200
    assert ShippingProfile.objects.get().active is False


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("markup", {}), ("markup", {"percentage": "x"}), ("markup", {"percentage": 5, "code": 1}),
        ("markup", {"percentage": -1}), ("markdown", {"percentage": 96}),
        ("round", {"ending": "0.50"}), ("min_margin", {"percentage": 5, "floor_price": "1.999"}),
        ("competitive", {"percent_below": 5, "minimum_count": 0}),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_parameters_that_break_their_schema_are_refused(
    kind: str, parameters: dict[str, Any]
) -> None:
    body = {"name": "R", "ruleType": kind, "parameters": parameters}
    answer = api_of("manager").post("/api/settings/pricing-rules", body)
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "parameters")


def _deep(levels: int) -> dict[str, Any]:
    node: dict[str, Any] = {"field": "stock", "op": ">", "value": 1}
    for _ in range(levels):
        node = {"not": node}
    return node


@pytest.mark.parametrize(
    "tree",
    [
        {"field": "__class__", "op": "=", "value": "x"},
        {"field": "stock", "op": "**", "value": 1},
        {"field": "stock", "op": ">", "value": "1"},
        {"field": "stock", "op": ">", "value": True},
        {"field": "brand", "op": "<", "value": "x"},
        {"all": []}, {"any": {}}, {"exec": "x"}, {"all": [_deep(0)] * 51}, _deep(5),
        {"all": [{"any": [_deep(0)] * 30}, {"any": [_deep(0)] * 30}]},
        {"field": "stock", "op": ">", "value": 1, "more": 1},
    ],
)  # fmt: skip
def test_conditions_that_are_no_small_tree_are_refused(tree: Any) -> None:
    with pytest.raises(InvalidInput):
        schemas.check_conditions(tree)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.decimals(min_value="0", max_value="100000", places=2), max_size=12),
    st.decimals(min_value="0", max_value="1", places=4),
    st.booleans(),
)
def test_tax_lines_sum_to_the_total(
    amounts: list[Decimal],
    rate: Decimal,
    included: bool,
) -> None:
    found = tax_lines(amounts=amounts, rule=TaxRule(rate=rate, included=included))
    assert found.net + found.tax == found.gross
    for name in ("net", "tax", "gross"):
        assert getattr(found, name) == sum((getattr(line, name) for line in found.lines),
                                           Decimal("0.00"))  # fmt: skip
    for line, amount in zip(found.lines, amounts, strict=True):
        assert line.net + line.tax == line.gross
        assert (line.gross if included else line.net) == amount
        assert line.tax.as_tuple().exponent == -2
        assert abs(line.tax - line.net * rate) <= Decimal("0.01")


@pytest.mark.django_db(transaction=True)
def test_the_rate_is_the_states_else_the_default_and_zero_while_off() -> None:
    for key, value in (("state_rates", "TX=0.0625, CA=0.0725"), ("tax_rate", "0.05")):
        services.setting_set(category="tax", key=key, value=value, actor=ACTOR)
    assert tax_rule_for(state="tx").rate == Decimal("0.0625")
    assert tax_rule_for(state="NV").rate == Decimal("0.05")
    services.setting_set(category="tax", key="tax_enabled", value=False, actor=ACTOR)
    assert tax_rule_for(state="TX").rate == 0
    assert state_rates("") == {}
    for bad in ("TX", "TX=2", "TX=0.1;CA=0.1", "tx=0.1", "TX=0.1,"):
        with pytest.raises(InvalidInput):
            services.setting_set(category="tax", key="state_rates", value=bad, actor=ACTOR)


@pytest.mark.django_db(transaction=True)
def test_any_value_of_the_history_is_put_back() -> None:
    client = api_of("manager")
    url = "/api/settings/general/business_name"
    for name in ("One", "Two", "Three"):
        client.put(url, {"value": name})
    changes = client.get(f"{url}/history").json()["changes"]
    assert [(one["old"], one["new"], one["who"]) for one in changes] == [
        ("Two", "Three", "Manager"), ("One", "Two", "Manager"),
        ("MHN Auto Parts", "One", "Manager"),
    ]  # fmt: skip
    back = client.post(f"{url}/history", {"changeId": changes[1]["id"]})
    assert back.json()["setting"]["value"] == "One"
    gone = client.post(f"{url}/history", {"changeId": str(user_of("user").pk)})
    assert gone.status_code == 404


class _Provider(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        good = self.headers["Authorization"] == "Bearer sk-good-key-1234"
        self.send_response(200 if good and self.path == "/v1/models" else 401)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def provider() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Provider)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.django_db(transaction=True)
def test_a_key_is_tried_at_its_provider(provider: str, settings: Any) -> None:
    settings.AI_BASE_URL = provider
    settings.OPENAI_API_KEY = ""
    client, url = api_of("admin"), "/api/settings/ai/openai_api_key"
    assert client.post(f"{url}/test").status_code == 409
    for key, ok in (("sk-good-key-1234", True), ("sk-bad-key-99999", False), ("a b", False)):
        client.put(url, {"value": key})
        assert client.post(f"{url}/test").json()["test"]["ok"] is ok, key
    assert api_of("manager").post(f"{url}/test").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_pages_of_settings_open_for_a_manager() -> None:
    client = browser_of("manager")
    for tab in ("shipping", "pricing", "tax"):
        assert client.get(f"/settings/?tab={tab}").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_profile_is_made_quoted_and_deleted_by_page() -> None:
    client = browser_of("manager")
    body = {
        "name": "By weight", "carrier": "UPS", "service": "Ground", "handling_time": "2",
        "cost_type": "calculated", "bands": "5 = 12.95\n20=18.50", "zones": "Far: AK HI = 1.5 + 5",
        "divisor": "139", "surcharge": "40", "longest_side": "48", "active": "true",
    }  # fmt: skip
    bad = client.post("/settings/shipping/new/", {**body, "bands": "5 for 12"})
    assert bad.status_code == 422
    assert b"Write" in bad.content
    assert client.post("/settings/shipping/new/", body).status_code == 303
    made = ShippingProfile.objects.get()
    assert made.parameters["bands"][1] == {"up_to": 20, "cost": "18.50"}
    page = client.get(f"/settings/shipping/{made.pk}/")
    assert b"Far: AK HI = 1.5 + 5" in page.content
    quoted = client.get("/settings/shipping/calculator/?weight=6&state=AK")
    assert b"32.75" in quoted.content
    assert client.post(f"/settings/shipping/{made.pk}/delete/").status_code == 303


@pytest.mark.django_db(transaction=True)
def test_a_rule_is_built_tried_applied_and_changed_by_page() -> None:
    client = browser_of("manager")
    for kind in ("markup", "markdown", "round", "min_margin", "competitive"):
        assert client.get(f"/settings/pricing/new/?type={kind}").status_code == 200
    part = make_listing(start_price="50.00")
    body = {
        "rule_type": "markdown", "name": "Old stock", "p_percentage": "10", "priority": "1",
        "match": "all", "c_field_0": "price", "c_op_0": ">=", "c_value_0": "20",
    }  # fmt: skip
    assert client.post("/settings/pricing/new/", {**body, "c_op_0": "is"}).status_code == 422
    saved = client.post("/settings/pricing/new/", body)
    rule = PricingRule.objects.get()
    assert rule.conditions == {"all": [{"field": "price", "op": ">=", "value": 20}]}
    tried = client.get(saved.headers["Location"])
    assert b"$45.00" in tried.content
    assert part.custom_label_sku.encode() in tried.content
    run = client.post("/listings/pricing/apply/", {"rules": str(rule.pk)})
    assert run.headers["Location"].startswith("/runs/")
    nested = {"not": {"field": "stock", "op": ">", "value": 1}}
    PricingRule.objects.update(conditions=nested)
    client.post(f"/settings/pricing/{rule.pk}/", {**body, "p_percentage": "12.5"})
    rule.refresh_from_db()
    assert (rule.parameters, rule.conditions) == ({"percentage": 12.5}, nested)


@pytest.mark.django_db(transaction=True)
def test_history_and_system_pages() -> None:
    client = browser_of("admin")
    client.post("/settings/general/business_name/", {"value": "New"})
    page = client.get("/settings/general/business_name/history/")
    assert b"MHN Auto Parts" in page.content
    change = setting_history("general", "business_name")[0].id
    client.post("/settings/general/business_name/put-back/", {"change": str(change)})
    assert setting_value("general", "business_name") == "MHN Auto Parts"
    beat_watch._note(sender=dispatch_events, state="SUCCESS")
    system = client.get("/settings/?tab=system")
    assert b"Version" in system.content
    # What runs by the clock has its next time before it ever ran.
    rows = {row.task: row for row in system.context["schedules"]}
    nightly = rows["orders.auto_complete"]
    assert nightly.last is None
    assert nightly.next > timezone.now()
    for queue in ("default", "channels", "fitment"):
        assert f"<td>{queue}</td>" in system.content.decode()
    assert "Health" not in browser_of("manager").get("/settings/?tab=system").content.decode()
    assert b"core.dispatch_events" in system.content
    assert b"success" in system.content
    assert client.post("/settings/system/dead/1/retry/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_tax_tab_calculates_by_the_rates_as_they_stand() -> None:
    client = browser_of("manager")
    body = {"value": "TX=0.0625, NY=0.04"}
    assert client.post("/settings/tax/state_rates/", body).status_code == 200
    page = client.get("/settings/", {"tab": "tax", "amounts": "10.10, 10.10 10.10", "state": "tx"})
    # 0.63125 a line is 0.63, three of them 1.89; of the sum it would be 1.90.
    found = page.context["taxed"]
    assert (found.net, found.tax, found.gross) == (
        Decimal("30.30"), Decimal("1.89"), Decimal("32.19"),
    )  # fmt: skip
    assert b"$32.19" in page.content
    for wrong in ("x", "-1", "NaN", "1e999999", "1e99", "Infinity", "1 " * 101):
        page = client.get("/settings/", {"tab": "tax", "amounts": wrong})
        assert (page.status_code, "taxed" in page.context) == (200, False), wrong
        assert b"such as 89.90" in page.content


@pytest.mark.django_db
def test_the_pages_of_price_rules_stand_under_settings_in_the_navigation() -> None:
    # given
    browser = browser_of("manager")
    # when / then
    for path in ("/listings/pricing/", "/settings/pricing/new/", "/settings/?tab=pricing"):
        page = browser.get(path).content.decode()
        active = set(re.findall(r'<a href="([^"]+)" aria-current="page"', page))
        assert active & {"/settings/", "/listings/"} == {"/settings/"}, path
