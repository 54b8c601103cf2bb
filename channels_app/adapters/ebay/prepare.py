"""Gathers what the bytes depend on: category, policies, location, vehicles that eBay knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from channels_app.adapters.base import (
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

MOST_VEHICLES = 3_000
_ID_SUFFIX = re.compile(r"\s*-?\s*\(ID:\s*\d+\)\s*$", re.IGNORECASE)
_OPTIONS_SECONDS = 6 * 3600.0


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
    vehicles, notes = _vehicles(listing.vehicles, category, taxonomy)
    if len(vehicles) > MOST_VEHICLES:
        reason = f"The part fits {len(vehicles)} vehicles, eBay takes {MOST_VEHICLES}."
        refusals.append(SellerMustFix(field="fitment", reason=reason))
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
        self._key = f"ebay:options:{session.connection_id}"
        self._fresh = False
        kept = store.get(self._key)
        self._kept: dict[str, list[list[str]]] = kept or self._read()

    def find(self, kind: str, matches: Callable[[Option], bool]) -> Option | None:
        """Return the one option that matches; ask eBay once if none of the known ones does."""
        for _ in range(2):
            for option_id, name, status in self._kept.get(kind, ()):
                option = Option(id=option_id, name=name, detail={"status": status})
                if matches(option):
                    return option
            if self._fresh:
                return None
            self._kept = self._read()
        return None

    def _read(self) -> dict[str, list[list[str]]]:
        self._fresh = True
        read = account_options(self._session)
        kept = {
            kind: [[one.id, one.name, str(one.detail.get("status") or "")] for one in options]
            for kind, options in read.options.items()
        }
        self._store.put(self._key, kept, seconds=_OPTIONS_SECONDS)
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


def _vehicles(
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
    if vehicle.notes:
        rows = [{**row, "notes": vehicle.notes} for row in rows]
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
