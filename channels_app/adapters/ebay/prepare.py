"""Gathers what the bytes depend on: category, policies, location, vehicles that eBay knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from channels_app.adapters.base import (
    AccountOptions,
    AdapterStore,
    ListingInput,
    Option,
    SellerMustFix,
    Session,
    Vehicle,
)
from channels_app.adapters.ebay.account import account_options
from channels_app.adapters.ebay.config import POLICY_KINDS, AccountSettings, account_settings
from channels_app.adapters.ebay.payload import Surroundings
from channels_app.adapters.ebay.taxonomy import Category, Taxonomy

_ID_SUFFIX = re.compile(r"\s*-?\s*\(ID:\s*\d+\)\s*$", re.IGNORECASE)
_NOTES_MAX = 500  # characters of a compatibility note
_OPTIONS_SECONDS = 6 * 3600.0
# eBay's rule of free returns (its table of exceptions is by name here, ids differ by site).
RETURN_RULE_CONDITIONS = frozenset({"1000", "1500"})
RETURN_RULE_PRICE = Decimal(10)
RETURN_RULE_FREE = (
    "engine", "transmission", "transfer case", "differential", "wheel", "tire", "air bag", "airbag",
    "panel", "door", "hood", "fender", "bumper", "tailgate", "seat", "glass",
)  # fmt: skip


def surroundings(
    session: Session,
    listing: ListingInput,
    store: AdapterStore,
    *,
    image_urls: Sequence[str],
    is_live: bool,
) -> Surroundings:
    """Read what is needed, from the store where it is known; never writes to the account."""
    account = account_settings(session.settings)
    taxonomy = Taxonomy(store, account)
    category_id = str(listing.values.get("category_id") or "")
    category = taxonomy.category(category_id) if category_id else None
    choices = _Choices(session, store)
    refusals: list[SellerMustFix] = []
    policies: dict[str, Option] = {}
    for kind in POLICY_KINDS:
        found = _policy(kind, listing, account, choices)
        if isinstance(found, SellerMustFix):
            refusals.append(found)
        else:
            policies[kind] = found
    location = _location(account, choices)
    if isinstance(location, SellerMustFix):
        refusals.append(location)
    if category is None:
        refusals.append(_category_missing(listing, taxonomy))
    else:
        refusals += _drifted(category, listing, taxonomy)
        refusals += return_rule(listing.values, policies.get("return"), category)
    vehicles, notes = vehicle_rows(listing.vehicles, category, taxonomy)
    if category is not None and len(vehicles) > category.most_vehicles:
        vehicles, note = _ranked(vehicles, category.most_vehicles)
        notes.append(note)
    return Surroundings(
        account=account,
        category=category,
        policies=policies,
        location=location if isinstance(location, Option) else None,
        image_urls=image_urls,
        vehicles=vehicles,
        refusals=refusals,
        notes=notes,
        is_live=is_live,
    )


class _Choices:
    """The account's options: from the store, read anew once where a name is not among them."""

    def __init__(self, session: Session, store: AdapterStore) -> None:
        self._session = session
        self._store = store
        self._fresh = False
        kept = store.get(f"ebay:options2:{session.connection_id}")
        self._kept: Mapping[str, Sequence[Mapping[str, Any]]] = kept or self._read()

    def find(self, kind: str, matches: Callable[[Option], bool]) -> Option | None:
        """Return the one option that matches; ask eBay once if none of the known ones does."""
        for _ in range(2):
            for row in self._kept.get(kind, ()):
                option = Option(id=row["id"], name=row["name"], detail=row["detail"])
                if matches(option):
                    return option
            if self._fresh:
                return None
            self._kept = self._read()
        return None

    def _read(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        self._fresh = True
        return options_keep(self._session, self._store, account_options(self._session))


def options_keep(
    session: Session, store: AdapterStore, read: AccountOptions
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Keep what an account offers, so that the next publish does not read it again."""
    kept = {
        kind: [{"id": one.id, "name": one.name, "detail": dict(one.detail)} for one in options]
        for kind, options in read.options.items()
    }
    store.put(f"ebay:options2:{session.connection_id}", kept, seconds=_OPTIONS_SECONDS)
    return kept


def name_key(name: str) -> str:
    """How policy names are compared: without case, odd blanks and the file's ` - (ID: n)`."""
    return " ".join(_ID_SUFFIX.sub("", name).replace("\xa0", " ").split()).casefold()


def _policy(
    kind: str, listing: ListingInput, account: AccountSettings, choices: _Choices
) -> Option | SellerMustFix:
    field, _ = POLICY_KINDS[kind]
    name = str(listing.values.get(field) or "")
    if name:
        found = choices.find(kind, lambda option: name_key(option.name) == name_key(name))
        reason = f"The account has no {kind} policy named “{name}”."
    else:
        chosen = account.policies.get(kind, "")
        if not chosen:
            reason = f"No {kind} policy is chosen, neither for the part nor for the account."
            return SellerMustFix(field=field, reason=reason)
        found = choices.find(kind, lambda option: option.id == chosen)
        reason = f"The {kind} policy that was chosen for the account is gone."
    return found or SellerMustFix(field=field, reason=reason)


def _category_missing(listing: ListingInput, taxonomy: Taxonomy) -> SellerMustFix:
    """Ask for a category; eBay's first proposal for the part's name can be taken by a click."""
    words = str(listing.values.get("c_type") or listing.values.get("title") or "")
    hits = taxonomy.suggest(words)
    fix = (f"{hits[0].name} ({hits[0].id})", "category_id", hits[0].id) if hits else None
    return SellerMustFix(field="category_id", reason="Category is missing.", fix=fix)


def _drifted(category: Category, listing: ListingInput, taxonomy: Taxonomy) -> list[SellerMustFix]:
    """A leaf that has another name now means other parts: nothing is published in it unseen."""
    known = listing.known_category
    if not known or not category.is_leaf:
        return []
    node = taxonomy.node(category.id)
    if node is None or name_key(node.name) == name_key(known):
        return []
    reason = f"eBay's category {category.id} was “{known}” and is “{node.name}” now. Look at it."
    return [SellerMustFix(field="category_drift", reason=reason, error_id="25005")]


def return_rule(
    values: Mapping[str, Any], policy: Option | None, category: Category
) -> list[SellerMustFix]:
    """New and new-other parts over $10 need 30 days that the seller pays; used ones do not."""
    price = Decimal(str(values.get("start_price") or 0))
    if policy is None or str(values.get("condition_id")) not in RETURN_RULE_CONDITIONS:
        return []
    days, payer = policy.detail.get("days"), policy.detail.get("payer")
    if price <= RETURN_RULE_PRICE or not payer or (payer == "SELLER" and int(days or 0) >= 30):
        return []
    name = category.name.casefold()
    if any(word in name for word in RETURN_RULE_FREE):
        return []
    reason = (
        f"eBay wants new parts to be returnable for 30 days at the seller's cost; the return"
        f" policy “{policy.name}” says {days or 0} days, paid by the {payer.lower()}."
    )
    return [SellerMustFix(field="return_profile_name", reason=reason, error_id="25009")]


def _ranked(
    vehicles: Sequence[Mapping[str, str]], most: int
) -> tuple[list[Mapping[str, str]], str]:
    """Keep the newest years where a category takes fewer; what stays behind is named."""
    order = sorted(range(len(vehicles)), key=lambda at: (-int(vehicles[at]["Year"]), at))
    kept = sorted(order[:most])
    left = [vehicles[at] for at in sorted(order[most:])]
    names = dict.fromkeys(f"{row['Year']} {row['Make']} {row['Model']}" for row in left)
    some = ", ".join(list(names)[:8]) + (" …" if len(names) > 8 else "")
    note = f"eBay takes {most} vehicles here, the part fits {len(vehicles)}. Left out: {some}."
    return [vehicles[at] for at in kept], note


def _location(account: AccountSettings, choices: _Choices) -> Option | SellerMustFix:
    key = account.location_key
    if not key:
        reason = "No place is chosen for the account that its parts ship from."
        return SellerMustFix(field="location", reason=reason)
    found = choices.find("location", lambda option: option.id == key)
    if found is None:
        return SellerMustFix(field="location", reason=f"eBay does not know the location {key}.")
    if found.detail.get("status") == "DISABLED":
        return SellerMustFix(field="location", reason=f"The location {key} is disabled on eBay.")
    return found


def vehicle_rows(
    vehicles: Sequence[Vehicle], category: Category | None, taxonomy: Taxonomy
) -> tuple[list[Mapping[str, str]], list[str]]:
    """The rows that eBay knows, one a year, and what is left out in words."""
    if category is None or not vehicles:
        return [], []
    if not category.vehicle_properties:
        return [], [f"Category {category.id} takes no vehicles; none are sent."]
    rows: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}
    notes: list[str] = []
    for vehicle in vehicles:
        unknown: list[int] = []
        for year in range(vehicle.year_start, vehicle.year_end + 1):
            found = _rows_of(vehicle, year, category, taxonomy)
            if not found:
                unknown.append(year)
            for row in found:
                rows[tuple(row.items())] = row
        if unknown:
            years = str(unknown[0]) if len(unknown) == 1 else f"{unknown[0]} to {unknown[-1]}"
            words = " ".join(filter(None, (years, vehicle.make, vehicle.model, vehicle.trim)))
            notes.append(f"eBay does not know {words}; it is left out.")
    return list(rows.values()), notes


def _rows_of(
    vehicle: Vehicle, year: int, category: Category, taxonomy: Taxonomy
) -> list[dict[str, str]]:
    base = {"Year": str(year)}
    makes = taxonomy.vehicle_values(category.id, "Make", base)
    make = _same(vehicle.make, makes)
    if make is None:
        return []
    base["Make"] = make
    model = _same(vehicle.model, taxonomy.vehicle_values(category.id, "Model", base))
    if model is None:
        return []
    base["Model"] = model
    rows = [base]
    for name, wanted in (("Trim", vehicle.trim), ("Engine", vehicle.engine)):
        if wanted and name in category.vehicle_properties:
            rows = [
                {**row, name: value}
                for row in rows
                for value in taxonomy.vehicle_values(category.id, name, row)
                if (_begins(value, wanted) if name == "Trim" else _same_engine(value, wanted))
            ]
    # What the category has no property for is said in the row's notes: a narrower fitment is never
    # sent as a wider one.
    rest = [
        wanted
        for name, wanted in (("Trim", vehicle.trim), ("Engine", vehicle.engine))
        if wanted and name not in category.vehicle_properties
    ]
    said = "; ".join(filter(None, (*rest, vehicle.notes)))[:_NOTES_MAX]
    if said:
        rows = [{**row, "notes": said} for row in rows]
    return rows


def _same(wanted: str, values: Sequence[str]) -> str | None:
    """Exactly eBay's spelling of it; short names are never matched by likeness."""
    key = wanted.casefold().strip()
    return next((value for value in values if value.casefold() == key), None)


def _begins(value: str, wanted: str) -> bool:
    """`LE` names `LE Sedan 4-Door`, not `LEX`."""
    have, want = value.casefold().split(), wanted.casefold().split()
    return have[: len(want)] == want


def _same_engine(value: str, wanted: str) -> bool:
    """Displacement decides: eBay writes `2.5L 2487CC l4 GAS DOHC …` where we write `2.5L I4`."""
    have, want = value.casefold().split(), wanted.casefold().split()
    return have[:1] == want[:1]
