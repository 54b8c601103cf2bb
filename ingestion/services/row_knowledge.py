"""What the own catalog, the car and the photo library say of a batch of rows, in a few queries."""

from __future__ import annotations

import statistics
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db.models import F, Q
from django.db.models.functions import Upper

from ingestion.enums import AssetStatus
from ingestion.models import LibraryPhoto
from ingestion.sheets.facts import CarFacts, Known
from inventory.models import DonorCar
from inventory.services import litres_of
from listings.models import Listing, ListingSearch
from listings.part_numbers import normalise
from realtrack.core import registry

_SEEN = 50  # parts of a type that are looked at, newest first; more do not change what is usual
_MOST_MATCHES = 5000
_LEAST_PRICES = 3  # fewer prices of a type say nothing
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What parts of a type usually are here; `share` of them have that category."""

    category_id: str = ""
    category_name: str = ""
    share: float = 0.0
    price: Decimal | None = None
    price_why: str = ""


@dataclass(slots=True)
class Knowledge:
    """What is known beside the rows themselves; types are asked once and kept for the run."""

    known: dict[str, Known] = field(default_factory=dict)
    prices: dict[str, tuple[Decimal, str]] = field(default_factory=dict)
    photos: dict[str, list[LibraryPhoto]] = field(default_factory=dict)
    types: dict[str, Usual] = field(default_factory=dict)


def car_facts(car: DonorCar | None, *, with_engine: bool = True) -> CarFacts:
    """Return the car as titles name it."""
    if car is None:
        return CarFacts()
    return CarFacts(
        year=car.year,
        make=car.make.name if car.make else "",
        model=car.model.name if car.model else "",
        engine=litres_of(car) if with_engine else "",
    )


def numbers_known(
    keys: Sequence[str], *, besides: DonorCar | None
) -> tuple[dict[str, Known], dict[str, tuple[Decimal, str]]]:
    """Return what our parts of these normalised numbers are, and what they cost, by number.

    A number that nobody here has is known by one that stands in for it, but lends no price.
    Parts of the car `besides` do not count: they are what the rows are about.
    """
    wanted = [key for key in dict.fromkeys(keys) if key]
    by_number = _parts_of(wanted, besides)
    known = {key: _known(found) for key, found in by_number.items()}
    equals = _equals([key for key in wanted if key not in known])
    lent = _parts_of(sorted({one for found in equals.values() for one in found}), besides)
    for key, others in equals.items():
        one = next((other for other in others if other in lent), None)
        if one is not None:
            known[key] = replace(_known(lent[one]), equal_to=one)
    return known, _prices(by_number)


def _equals(keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Numbers that stand in for those that nobody here has, by the groups of equal numbers."""
    found: dict[str, tuple[str, ...]] = {}
    for read in registry.number_equals.values():
        for key in keys:
            if others := read(key):
                found[key] = tuple(normalise(one) for one in others)
    return found


def _parts_of(wanted: Sequence[str], besides: DonorCar | None) -> dict[str, list[Listing]]:
    if not wanted:
        return {}
    rows = Listing.objects.filter(
        Q(mpn_normalised__in=wanted)
        | Q(oe_numbers_normalised__overlap=wanted)
        | Q(interchange_normalised__overlap=wanted)
    )
    if besides is not None:
        rows = rows.exclude(donor_part__donor=besides)
    by_number: dict[str, list[Listing]] = defaultdict(list)
    asked = set(wanted)
    for listing in rows.order_by("-created_at")[:_MOST_MATCHES]:
        own = {listing.mpn_normalised, *listing.oe_numbers_normalised}
        for key in asked & (own | set(listing.interchange_normalised)):
            by_number[key].append(listing)
    return by_number


def photos_waiting(keys: Iterable[str]) -> dict[str, list[LibraryPhoto]]:
    """Return photos of the library that belong to no part yet, by what their names may mean."""
    wanted = sorted({key for key in keys if key})
    found: dict[str, list[LibraryPhoto]] = defaultdict(list)
    if not wanted:
        return found
    rows = LibraryPhoto.objects.filter(
        keys__overlap=wanted,
        asset__listing__isnull=True,
        asset__deleted_at__isnull=True,
        asset__job__isnull=True,
    ).exclude(asset__status__in=[AssetStatus.FAILED, AssetStatus.PENDING])
    asked = set(wanted)
    for photo in rows.select_related("asset").order_by("folder", "name", "pk"):
        for key in asked & set(photo.keys):
            found[key].append(photo)
    return found


def types_learn(types: dict[str, Usual], wanted: Iterable[str]) -> None:
    """Fill in what is usual for these part types, for those not asked before."""
    missing = [name for name in dict.fromkeys(wanted) if name and name not in types]
    histories: dict[str, object] = {}
    if missing:
        for read in registry.type_histories.values():
            for name, history in read(missing).items():
                if history.count >= _LEAST_PRICES:
                    histories[name.casefold()] = history
    for name in missing:
        types[name] = _usual(name, histories.get(name.casefold()))


def _known(found: Sequence[Listing]) -> Known:
    def usual(values: Iterable[str]) -> str:
        counted = Counter(value for value in values if value)
        return counted.most_common(1)[0][0] if counted else ""

    category = usual(one.category_id for one in found)
    weights = [one.weight for one in found if one.weight]
    return Known(
        part_type=usual(one.c_type for one in found),
        brand=usual(one.c_brand for one in found),
        category_id=category,
        category_name=usual(one.category_name for one in found if one.category_id == category),
        weight=weights[0] if weights else None,
        shipping_profile=usual(one.shipping_profile_name for one in found),
        parts=len(found),
    )


def _prices(by_number: Mapping[str, Sequence[Listing]]) -> dict[str, tuple[Decimal, str]]:
    ids = list({one.pk for found in by_number.values() for one in found})
    evidence: dict[uuid.UUID, list[Decimal]] = defaultdict(list)
    sources: dict[uuid.UUID, set[str]] = defaultdict(set)
    for source, read in registry.price_evidence.items():
        for listing_id, prices in read(ids).items() if ids else ():
            evidence[listing_id] += [price for price in prices if price > 0]
            sources[listing_id].add(source)
    answer: dict[str, tuple[Decimal, str]] = {}
    for key, found in by_number.items():
        prices = [one.start_price for one in found if one.start_price]
        prices += [price for one in found for price in evidence[one.pk]]
        if prices:
            named = sorted({source for one in found for source in sources[one.pk]} | {"listed"})
            middle = Decimal(statistics.median(prices)).quantize(_CENT)
            answer[key] = (
                middle,
                f"the middle of {len(prices)} prices {' and '.join(named)} of this number",
            )
    return answer


def _usual(name: str, history: object | None) -> Usual:
    rows = (
        ListingSearch.objects.annotate(type_key=Upper("part_type"))
        .filter(is_live=True, type_key=name.upper())
        .annotate(named=F("listing__category_name"))
        .order_by("-created_at", "-listing")
        .values_list("category_id", "named", "price")[:_SEEN]
    )
    seen = list(rows)
    counted = Counter((one, text) for one, text, _ in seen if one)
    (category, text), count = counted.most_common(1)[0] if counted else (("", ""), 0)
    median = getattr(history, "median_price", None)
    why = f"{getattr(history, 'count', 0)} of this type sold here"
    if median is None:
        prices = [price for _, _, price in seen if price]
        if len(prices) >= _LEAST_PRICES:
            median = Decimal(statistics.median(prices))
            why = f"the middle of {len(prices)} of ours of this type"
    return Usual(
        category_id=category,
        category_name=text or "",
        share=count / sum(counted.values()) if counted else 0.0,
        price=Decimal(median).quantize(_CENT) if median else None,
        price_why=why,
    )
