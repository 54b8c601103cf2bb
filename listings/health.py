"""Listing health: what a marketplace needs, as a score with reasons and one-click fixes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from listings import fields
from listings.part_numbers import normalise

if TYPE_CHECKING:
    from listings.models import Listing

TITLE_MAX = 80
_TITLE_GOOD = 40  # shorter titles leave words that buyers search for unused
_PHOTOS_GOOD = 4  # buyers of used parts look for both sides, the label and the plug
_DOES_NOT_APPLY = "Does Not Apply"
_PLACEMENT_CONTROL = f"aspect:{fields.PLACEMENT}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A value that mends an issue when a person takes it."""

    label: str
    field: str
    value: str

    @property
    def control(self) -> str:
        """The id of the control on the part's page."""
        return control_of(self.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One thing that is missing. `blocks` keeps the listing from being ready."""

    code: str
    field: str
    message: str
    points: int
    blocks: bool
    tab: str = "details"
    fix: Fix | None = None

    @property
    def link(self) -> str:
        """Where a person mends it: the tab, and on the first one the very field."""
        if self.tab != "details":
            return f"?tab={self.tab}"
        return f"?tab=details#{control_of(self.field)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """0 to 100, and why it is not 100."""

    score: int
    issues: tuple[Issue, ...]

    @property
    def blocking(self) -> tuple[Issue, ...]:
        """What must be there before the listing is ready."""
        return tuple(issue for issue in self.issues if issue.blocks)

    @property
    def band(self) -> str:
        """`good`, `fair` or `poor`, as the meter is coloured."""
        good, fair = 80, 50
        return "good" if self.score >= good else "fair" if self.score >= fair else "poor"


def control_of(field: str) -> str:
    """The id that the part's page gives the control of a field or an aspect."""
    name = _PLACEMENT_CONTROL if field == fields.ITEM_SPECIFICS else field
    return "f-" + "".join(c if c.isalnum() or c == "_" else "-" for c in name)


def health_of(
    listing: Listing,
    *,
    photo_count: int,
    vehicle_count: int = 0,
    channel_states: Mapping[str, str] | None = None,
    evidence: Mapping[str, str] | None = None,
) -> Health:
    """What the listing lacks; reads nothing but its arguments.

    `evidence` holds values that a missing field could take (by field or `aspect:…`), from parts
    of the same number or type: a person takes them with one click, they cost or give no points.
    """
    offered = dict(evidence or {})
    issues = (
        *_needed(listing, photo_count, offered),
        *_wanted(listing, photo_count, offered),
        *_known_elsewhere(vehicle_count, channel_states or {}),
    )
    score = max(0, 100 - sum(issue.points for issue in issues))
    return Health(score=score, issues=issues)


def _offer(offered: Mapping[str, str], field: str) -> Fix | None:
    value = offered.get(field, "")
    return Fix(label=f"Use {value[:28]}", field=field, value=value) if value else None


def _category_offer(offered: Mapping[str, str]) -> Fix | None:
    """A number says nothing to a person: the name stands first, where it is known."""
    value, name = offered.get("category_id", ""), offered.get("category_name", "")
    if not value or not name:
        return _offer(offered, "category_id")
    return Fix(label=f"Use {name[:28]} ({value})", field="category_id", value=value)


def _needed(listing: Listing, photo_count: int, offered: Mapping[str, str]) -> list[Issue]:
    """What each marketplace refuses a listing for."""
    found: list[Issue] = []

    def missing(code: str, field: str, message: str, points: int, **more: object) -> None:
        tab, fix = more.get("tab", "details"), more.get("fix")
        found.append(
            Issue(
                code=code,
                field=field,
                message=message,
                points=points,
                blocks=True,
                tab=str(tab),
                fix=fix if isinstance(fix, Fix) else _offer(offered, field),
            )
        )

    if not listing.title.strip():
        missing("title_missing", "title", "Title is missing", 20)
    elif len(listing.title) > TITLE_MAX:
        over = len(listing.title) - TITLE_MAX
        missing("title_too_long", "title", f"Title is {over} characters too long", 20)
    if not listing.start_price:
        missing("price_missing", "start_price", "Price is missing", 15)
    if not listing.quantity:
        missing("quantity_missing", "quantity", "Nothing in stock", 10, tab="stock")
    if not listing.category_id:
        fix = _category_offer(offered)
        missing("category_missing", "category_id", "Category is missing", 10, fix=fix)
    if not listing.condition_id:
        missing("condition_missing", "condition_id", "Condition is missing", 10)
    if photo_count == 0 and not listing.item_photo_url:
        missing("photo_missing", "item_photo_url", "No photo yet", 20, tab="photos")
    if not listing.c_brand.strip():
        fix = _offer(offered, "c_brand") or Fix(
            label="Unbranded", field="c_brand", value="Unbranded"
        )
        missing("brand_missing", "c_brand", "Brand is missing", 5, fix=fix)
    if not listing.c_manufacturer_part_number.strip():
        name = "c_manufacturer_part_number"
        first_oe = next(iter(listing.c_oe_oem_part_number.split("|")), "").strip()
        value = first_oe if normalise(first_oe) else _DOES_NOT_APPLY
        fix = Fix(label=f"Use {value}", field=name, value=value)
        missing("mpn_missing", name, "Part number is missing", 5, fix=fix)
    return found


def _wanted(listing: Listing, photo_count: int, offered: Mapping[str, str]) -> list[Issue]:
    """What sells better when it is there."""
    found: list[Issue] = []

    def lacks(code: str, field: str, message: str, points: int, tab: str = "details") -> None:
        key = _PLACEMENT_CONTROL if field == fields.ITEM_SPECIFICS else field
        found.append(
            Issue(
                code=code,
                field=field,
                message=message,
                points=points,
                blocks=False,
                tab=tab,
                fix=_offer(offered, key),
            )
        )

    if 0 < len(listing.title.strip()) < _TITLE_GOOD:
        lacks("title_short", "title", "Title leaves half of the 80 characters unused", 3)
    if 0 < photo_count < _PHOTOS_GOOD:
        lacks("photos_few", "item_photo_url", f"{photo_count} of 4 photos", 3, "photos")
    if not listing.description.strip():
        lacks("description_missing", "description", "Description is missing", 4)
    if listing.weight is None:
        lacks("weight_missing", "weight", "Weight is missing", 3)
    if not listing.shipping_profile_name:
        lacks("shipping_missing", "shipping_profile_name", "Shipping profile is missing", 3)
    if not listing.item_specifics.get(fields.PLACEMENT):
        lacks("placement_missing", fields.ITEM_SPECIFICS, "Placement is missing", 2)
    if not listing.c_type:
        lacks("type_missing", "c_type", "Part type is missing", 2)
    return found


def _known_elsewhere(vehicle_count: int, channel_states: Mapping[str, str]) -> list[Issue]:
    """What fitment and the marketplaces know of it."""
    found: list[Issue] = []
    if not vehicle_count:
        found.append(
            Issue(
                code="fitment_missing",
                field="relationship_details",
                message="No car is set that it fits",
                points=4,
                blocks=False,
                tab="fitment",
            )
        )
    if refused := sorted(name for name, state in channel_states.items() if state == "err"):
        found.append(
            Issue(
                code="channel_refused",
                field="action",
                message=f"Refused by {', '.join(refused)}",
                points=10,
                blocks=False,
                tab="channels",
            )
        )
    return found
