"""Typed slots by which an upper app offers something to a lower one, without an import upwards.

Filled once, in `AppConfig.ready`; read at run time. The list with who fills what stands in
`docs/architecture.md`.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from realtrack.core.actors import Actor

T = TypeVar("T")


class Slot(Generic[T]):
    """Named values of one type; a key is given once."""

    def __init__(self, name: str, purpose: str) -> None:
        self.name = name
        self.purpose = purpose
        self._values: dict[str, T] = {}

    def register(self, key: str, value: T) -> None:
        """Add `value` under `key`; the same key with another value is a programming error."""
        present = self._values.setdefault(key, value)
        if present is not value:
            message = f"{self.name}: {key!r} is registered twice"
            raise ValueError(message)

    def get(self, key: str) -> T | None:
        """Return the value of `key`, or None when nobody registered it."""
        return self._values.get(key)

    def items(self) -> Iterator[tuple[str, T]]:
        """Yield (key, value) in the order of registration."""
        yield from self._values.items()

    def values(self) -> list[T]:
        """Return all values in the order of registration."""
        return list(self._values.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthResult:
    """What a check found; `detail` is for admins only."""

    ok: bool
    detail: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoRef:
    """A photo as lists, payloads and pages need it; urls are public and content-addressed."""

    asset_id: uuid.UUID
    url: str
    thumb_url: str
    blurhash: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedResult:
    """What a seeder did, for the log at the start."""

    created: int = 0
    changed: int = 0
    same: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunKind:
    """A kind of `core.Run`: its words and how it is started again after a kill or by a person."""

    title: str
    resume: Callable[[uuid.UUID], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkResult:
    """What an upper app made of a file's rows, and those that it could not read."""

    added: int = 0
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePlan:
    """What an app would do when two listings become one; `refusals` are reasons not to."""

    moves: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeParticipant:
    """An app's part in making two listings one; ids are (kept, gone).

    `plan` only reads. `move` runs in the merge's transaction, under the locks of both listings, and
    returns what `take_back` needs (as JSON holds it) to undo it; both raise `AppError` in words.
    """

    plan: Callable[[uuid.UUID, uuid.UUID], MergePlan]
    move: Callable[[uuid.UUID, uuid.UUID, Actor], Mapping[str, Any]]
    take_back: Callable[[uuid.UUID, uuid.UUID, Mapping[str, Any], Actor], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSales:
    """What was sold of a listing: pieces, their prices without shipping and tax, and refunds."""

    quantity: int = 0
    revenue: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeHistory:
    """How parts of a type sold here: how many, the median price, days from listing to sale."""

    count: int
    median_price: Decimal
    median_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketOffer:
    """One price that a provider saw, on which day, and where."""

    price: Decimal
    currency: str
    seen_on: datetime.date
    source: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketProvider:
    """Who tells market prices of part numbers. `is_on` is False without address or key."""

    label: str
    is_on: Callable[[], bool]
    # (part number, currency) -> offers, none where the number is not known; raises Unavailable.
    ask: Callable[[str, str], Sequence[MarketOffer]]


# Lists filter by what upper apps know: key = filter name (`fits`), value narrows a Listing queryset.
search_filters: Slot[Callable[[QuerySet[Any], str], QuerySet[Any]]] = Slot(
    "search_filters",
    "narrow the catalog by what an upper app knows, such as the vehicle",
)
# Numbers that stand for a part number, bare: a search for it finds their parts too.
number_equals: Slot[Callable[[str], Sequence[str]]] = Slot(
    "number_equals", "the part numbers that fit in the place of a number"
)
# Rows of an import file that belong to an upper app, such as fitment rows or the first stock.
import_sinks: Slot[Callable[[uuid.UUID, Sequence[Mapping[str, str]], Actor], SinkResult]] = Slot(
    "import_sinks", "take the rows of an import file that belong to an upper app"
)
# Vehicles of listings as a marketplace's upload form names them: `Make`, `Model`, `Year` and more.
export_vehicles: Slot[
    Callable[[Sequence[uuid.UUID]], Mapping[uuid.UUID, Sequence[Mapping[str, str]]]]
] = Slot("export_vehicles", "the vehicles of listings for a marketplace's upload form")
# First stock of listings that one transaction made, set-based: (quantities by listing, actor).
first_stock_writers: Slot[Callable[[Mapping[uuid.UUID, int], Actor], None]] = Slot(
    "first_stock_writers", "open the ledgers of many new listings at once"
)
# Two listings become one: each participant moves its rows from the second to the first, or refuses.
merge_participants: Slot[MergeParticipant] = Slot(
    "merge_participants", "move an app's rows when two listings are merged"
)
health_checks: Slot[Callable[[], HealthResult]] = Slot(
    "health_checks", "say whether a part of the system is ready"
)
category_proposers: Slot[Callable[[uuid.UUID], Sequence[Mapping[str, Any]]]] = Slot(
    "category_proposers", "propose a marketplace category for a listing"
)
# Key = source (`listed`, `sold`, `market`): for many listings at once, prices of such parts.
price_evidence: Slot[Callable[[Sequence[uuid.UUID]], Mapping[uuid.UUID, Sequence[Decimal]]]] = Slot(
    "price_evidence", "what is known of prices of such parts, by source"
)
# Who tells market prices; what they told is kept and becomes the evidence `market`.
market_providers: Slot[MarketProvider] = Slot(
    "market_providers", "tell what others ask for parts of a number"
)
# Filled by orders, read by the pages of cars: sales of these listings.
part_sales: Slot[Callable[[Sequence[uuid.UUID]], Mapping[uuid.UUID, PartSales]]] = Slot(
    "part_sales", "what was sold of listings, and for how much"
)
# Filled by orders: the own sold history of part types, by their name in lower case.
type_histories: Slot[Callable[[Sequence[str]], Mapping[str, TypeHistory]]] = Slot(
    "type_histories", "how parts of a type sold here before"
)
# Where a shipping profile is used: its name -> number of uses, by what uses it.
shipping_users: Slot[Callable[[str], int]] = Slot(
    "shipping_users", "count what uses a shipping profile, so that none in use is deleted"
)
# Photos of listings, in order, primary first. Filled by ingestion, read by listings and channels.
listing_photos: Slot[Callable[[Sequence[uuid.UUID]], Mapping[uuid.UUID, Sequence[PhotoRef]]]] = (
    Slot("listing_photos", "photos of listings in order, primary first")
)
# Where a part lies is `inventory`'s; the catalog's rows let a person type it. Called by keyword:
# `listing_id`, `bin_code`, `actor`.
place_writers: Slot[Callable[..., str]] = Slot(
    "place_writers", "put a part into a bin, or into none; returns the code as stored"
)
# Called in the cause's own transaction: (listing ids, kind); kind: quantity, price, content, end.
owed_writers: Slot[Callable[[Sequence[uuid.UUID], str], None]] = Slot(
    "owed_writers",
    "note what is owed to the marketplaces, in the transaction of its cause",
)
reference_seeders: Slot[Callable[[], SeedResult]] = Slot(
    "reference_seeders", "load reference data; idempotent, keeps what staff changed"
)
demo_seeders: Slot[Callable[[], SeedResult]] = Slot(
    "demo_seeders", "load demo data; idempotent, never in production"
)
run_kinds: Slot[RunKind] = Slot("run_kinds", "kinds of background runs")
# Rights that an admin changed, from the database: {(role, right): allowed}.
rights_source: Slot[Callable[[], Mapping[tuple[str, str], bool]]] = Slot(
    "rights_source", "rights that an admin changed"
)
# Numbers in the navigation: {"review": 12}; shown only where someone must act.
nav_counts: Slot[Callable[[Any], Mapping[str, int]]] = Slot(
    "nav_counts", "counts beside the navigation's items"
)
# The business's name over the navigation; one app knows it.
business_names: Slot[Callable[[], str]] = Slot("business_names", "the name over the navigation")
unread_counts: Slot[Callable[[Any], int]] = Slot("unread_counts", "the bell's number for a user")
# Ciphertexts that `rotate_keys` rewrites: callable(batch size) -> number rewritten.
rotators: Slot[Callable[[], int]] = Slot(
    "rotators", "re-encrypt an app's columns with the newest key"
)

ALL_SLOTS: tuple[Slot[Any], ...] = (
    search_filters,
    number_equals,
    import_sinks,
    export_vehicles,
    first_stock_writers,
    merge_participants,
    health_checks,
    category_proposers,
    price_evidence,
    market_providers,
    part_sales,
    type_histories,
    shipping_users,
    listing_photos,
    place_writers,
    owed_writers,
    reference_seeders,
    demo_seeders,
    run_kinds,
    rights_source,
    nav_counts,
    business_names,
    unread_counts,
    rotators,
)
