"""What a seller's account offers: policies, locations, and whether it may be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from channels_app.adapters.base import (
    AccountOptions,
    ChannelError,
    ConnectionCheck,
    LocationInput,
    Option,
    SellerMustFix,
    Session,
)
from channels_app.adapters.ebay.client import EbayError, in_path, user_call
from channels_app.adapters.ebay.config import POLICY_KINDS, account_settings

PAGE = 100
# Some of eBay's lists give page 1 again at offset = total: no list is longer than this.
MOST_PAGES = 20


def account_options(session: Session) -> AccountOptions:
    """Read policies of all kinds and locations; what is missing is named as a problem."""
    found: dict[str, list[Option]] = {}
    problems: list[SellerMustFix] = []
    for kind in POLICY_KINDS:
        try:
            found[kind] = list(_policies(session, kind))
        except EbayError as error:
            if not error.has("20403"):
                raise
            found[kind] = []
            problems.append(SellerMustFix(reason=error.first.reason, error_id="20403"))
    found["location"] = list(_locations(session))
    for kind, options in found.items():
        if not options and not problems:
            words = "location" if kind == "location" else f"{kind} policy"
            problems.append(
                SellerMustFix(reason=f"The account has no {words} yet.", field=f"policies.{kind}")
            )
    return AccountOptions(options=found, problems=problems)


def _policies(session: Session, kind: str) -> Iterator[Option]:
    """Policies of one kind, over the marketplaces that they may sit under, each once."""
    seen: set[str] = set()
    for marketplace in account_settings(session.settings).policy_marketplaces:
        for row in _pages(session, "account", f"/sell/account/v1/{kind}_policy",
                          f"{kind}Policies", {"marketplace_id": marketplace}):  # fmt: skip
            policy_id = str(row.get(f"{kind}PolicyId") or "")
            if policy_id and policy_id not in seen:
                seen.add(policy_id)
                yield Option(
                    id=policy_id, name=str(row.get("name") or policy_id), detail=_detail(kind, row)
                )


def _detail(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """What the rules of publishing look at: how long and at whose cost a part comes back."""
    if kind != "return":
        return {}
    accepted = row.get("returnsAccepted")
    days = (row.get("returnPeriod") or {}).get("value") if accepted else 0
    payer = row.get("returnShippingCostPayer") or ("" if accepted else "BUYER")
    return {"days": days, "payer": payer}


def _locations(session: Session) -> Iterator[Option]:
    for row in _pages(session, "inventory", "/sell/inventory/v1/location", "locations", {},
                      offset_is_page=True):  # fmt: skip
        address = (row.get("location") or {}).get("address") or {}
        yield Option(
            id=str(row.get("merchantLocationKey") or ""),
            name=str(row.get("name") or row.get("merchantLocationKey") or ""),
            detail={
                "status": row.get("merchantLocationStatus") or "",
                "city": address.get("city") or "",
                "region": address.get("stateOrProvince") or "",
                "postalCode": address.get("postalCode") or "",
                "country": address.get("country") or "",
            },
        )


def _pages(
    session: Session,
    api: str,
    path: str,
    name: str,
    params: dict[str, str],
    *,
    offset_is_page: bool = False,
) -> Iterator[dict[str, Any]]:
    """Rows of a list, ended by `total` and a page cap."""
    got = 0
    for page in range(MOST_PAGES):
        offset = page if offset_is_page else page * PAGE
        query = {**params, "limit": str(PAGE), "offset": str(offset)}
        body = user_call(session, api, "GET", path, params=query).body
        rows = body.get(name) or []
        yield from rows[: max(0, int(body.get("total", len(rows))) - got)]
        got += len(rows)
        if not rows or got >= int(body.get("total") or 0):
            return


def location_create(session: Session, location: LocationInput) -> None:
    """Make a warehouse; the key is ours and for ever, one that exists is fine."""
    address = {
        "addressLine1": location.address_line1,
        "city": location.city,
        "stateOrProvince": location.region,
        "postalCode": location.postal_code,
        "country": location.country,
    }
    body: dict[str, Any] = {
        "location": {"address": {name: value for name, value in address.items() if value}},
        "name": location.name,
        "locationTypes": ["WAREHOUSE"],
        "merchantLocationStatus": "ENABLED",
    }
    if location.phone:
        body["phone"] = location.phone
    path = f"/sell/inventory/v1/location/{in_path(location.key)}"
    try:
        user_call(session, "inventory", "POST", path, json=body)
    except EbayError as error:
        if not error.has("25803"):
            raise


def test_connection(session: Session) -> list[ConnectionCheck]:
    """Try each right with a read; one that fails does not keep the others from being tried."""

    def privilege() -> str:
        body = user_call(session, "account", "GET", "/sell/account/v1/privilege").body
        limit = (body.get("sellingLimit") or {}).get("quantity")
        done = body.get("sellerRegistrationCompleted")
        if done is False:
            return "The seller's registration is not complete on eBay."
        return f"may list {limit} items" if limit is not None else ""

    def identity() -> str:
        body = user_call(session, "identity", "GET", "/commerce/identity/v1/user/").body
        return str(body.get("username") or "")

    def read(api: str, path: str) -> Callable[[], str]:
        def call() -> str:
            user_call(session, api, "GET", path, params={"limit": "1"})
            return ""

        return call

    questions: list[tuple[str, Callable[[], str]]] = [
        ("Sign-in", identity),
        ("Account", privilege),
        ("Listings", read("inventory", "/sell/inventory/v1/inventory_item")),
        ("Orders", read("fulfillment", "/sell/fulfillment/v1/order")),
    ]
    checks: list[ConnectionCheck] = []
    for name, ask in questions:
        try:
            checks.append(ConnectionCheck(name=name, ok=True, detail=ask()))
        except ChannelError as error:
            checks.append(ConnectionCheck(name=name, ok=False, detail=error.first.reason))
    return checks
