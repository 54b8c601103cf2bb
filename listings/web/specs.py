"""The fields of the part page: which stand where, and how each is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from listings import enums, fields
from listings.columns import Column, Kind
from listings.descriptions import is_simple

if TYPE_CHECKING:
    from listings.models import Listing
    from listings.selectors.owners import FieldOwner

ASPECT = "aspect:"
_CHOICES: dict[str, Sequence[tuple[str, str]]] = {
    "condition_id": enums.Condition.choices,
    "format": enums.SellingFormat.choices,
    "duration": enums.Duration.choices,
    "returns_accepted_option": enums.ReturnsAccepted.choices,
    "returns_within_option": enums.ReturnsWithin.choices,
    "refund_option": enums.Refund.choices,
    "return_shipping_cost_paid_by": enums.ReturnShippingPaidBy.choices,
    "responsible_person_1_type": enums.ResponsiblePersonType.choices,
    "part_source": enums.PartSource.choices,
    "weight_unit": enums.WeightUnit.choices,
    "size_unit": enums.SizeUnit.choices,
    "action": enums.FileAction.choices,
    "relationship": enums.Relationship.choices,
}
_CODES = frozenset(
    {"custom_label_sku", "c_manufacturer_part_number", "c_oe_oem_part_number", "p_upc", "p_epid",
     "ean", "category_id", "video_id"}
)  # fmt: skip
_LONG = frozenset(
    {"description", "item_photo_url", "relationship_details", "c_features",
     "product_safety_statements", "regional_product_compliance_policies"}
)  # fmt: skip
_HELP = {
    "title": "Sent exactly as typed.",
    "c_oe_oem_part_number": "Several numbers with | between them.",
    "c_manufacturer_part_number": "Does Not Apply where there is none.",
    "quantity": "Goes to the stock ledger as a count.",
    "custom_label_sku": "Empty: the next number of the sequence.",
    "item_photo_url": "Only for photos that are kept elsewhere.",
}
_SECTIONS: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    (
        "What it is",
        ("c_type", "c_brand", f"{ASPECT}{fields.PLACEMENT}", "c_manufacturer_part_number",
         "c_oe_oem_part_number", f"{ASPECT}{fields.INTERCHANGE}", "custom_label_sku", "p_upc",
         "part_source"),
        True,
    ),
    (
        "Condition and price",
        ("condition_id", "start_price", "quantity", "weight", "weight_unit", "cost",
         "package_length", "package_width", "package_height"),
        True,
    ),
    (
        "Where and how it is sold",
        ("category_id", "category_name", "shipping_profile_name", "return_profile_name",
         "payment_profile_name", "location"),
        True,
    ),
    ("Description", ("description",), True),
)  # fmt: skip
_MORE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Offer",
        ("format", "duration", "buy_it_now_price", "best_offer_enabled",
         "best_offer_auto_accept_price", "minimum_best_offer_price", "immediate_pay_required",
         "schedule_time", "currency", "vat_percent", "p_epid", "ean", "video_id"),
    ),
    (
        "Shipping and returns",
        ("shipping_service_1_option", "shipping_service_1_cost", "shipping_service_1_priority",
         "shipping_service_2_option", "shipping_service_2_cost", "shipping_service_2_priority",
         "max_dispatch_time", "returns_accepted_option", "returns_within_option", "refund_option",
         "return_shipping_cost_paid_by", "size_unit"),
    ),
    (
        "More item specifics",
        ("c_item_height", "c_item_length", "c_item_width", "c_item_diameter", "c_operating_mode",
         "c_fuel_type", "c_drive_type", "c_features"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """One field as the template's `field` tag takes it."""

    name: str
    label: str
    kind: str
    value: object
    options: Sequence[tuple[str, str]] = ()
    help: str = ""
    counter: int = 0
    error: str = ""
    warning: str = ""
    rows: int = 4
    source: str = ""
    who: str = ""
    when: object = None
    readonly: bool = False

    @property
    def id(self) -> str:
        """An id that is a valid selector, also for aspects."""
        return "f-" + "".join(c if c.isalnum() or c == "_" else "-" for c in self.name)

    @property
    def is_simple(self) -> bool:
        """True where the text editor can hold this HTML; else it is edited as HTML."""
        return is_simple(str(self.value or ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with its fields."""

    title: str
    fields: list[FieldView] = field(default_factory=list)
    filled: int = 0


@cache
def _left_over() -> tuple[str, ...]:
    """Fields that no section names: product safety, compliance, the upload file's own."""
    shown = {"title", *(n for _, names, _ in _SECTIONS for n in names)}
    shown |= {name for _, names in _MORE for name in names}
    return tuple(name for name in fields.by_name() if name not in shown)


def main_sections(
    listing: Listing, owners: Mapping[str, FieldOwner], *, readonly: bool
) -> list[Section]:
    """What everyone looks at."""
    return [
        Section(
            title=title,
            fields=[field_view(listing, name, owners, readonly=readonly) for name in names],
        )
        for title, names, _ in _SECTIONS
    ]


def more_sections(
    listing: Listing, owners: Mapping[str, FieldOwner], *, readonly: bool
) -> list[Section]:
    """The rest of the 76, folded, with how many hold something; aspects without a column too."""
    named = {fields.PLACEMENT, fields.INTERCHANGE}
    aspects = tuple(f"{ASPECT}{name}" for name in listing.item_specifics if name not in named)
    groups = [
        *(
            (title, (*names, *aspects) if title.startswith("More") else names)
            for title, names in _MORE
        ),
        ("Product safety and the upload file", _left_over()),
    ]
    found: list[Section] = []
    for title, names in groups:
        views = [field_view(listing, name, owners, readonly=readonly) for name in names]
        filled = sum(view.value not in (None, "") for view in views)
        found.append(Section(title=title, fields=views, filled=filled))
    return found


def field_view(
    listing: Listing,
    name: str,
    owners: Mapping[str, FieldOwner],
    *,
    readonly: bool = False,
    error: str = "",
    value: object = None,
) -> FieldView:
    """A field with its value and who set it; with `error` the value that was refused stays."""
    aspect = name.removeprefix(ASPECT) if name.startswith(ASPECT) else ""
    owner = owners.get(fields.ITEM_SPECIFICS if aspect else name)
    column = None if aspect else fields.by_name()[name]
    stored = "|".join(listing.item_specifics.get(aspect, [])) if aspect else getattr(listing, name)
    shown = value if error else stored
    is_filled = shown not in (None, "")
    return FieldView(
        name=name,
        label=aspect or _label(name, listing),
        kind=_kind(name, column),
        value=_plain(shown),
        options=[("", "Not set"), *_options(name, column)]
        if _kind(name, column) == "select"
        else (),
        help="Several values with | between them." if aspect else _HELP.get(name, ""),
        counter=80 if name == "title" else 0,
        error=error,
        rows=8 if name == "description" else 3,
        source=owner.kind if owner and is_filled else "",
        who=owner.label if owner else "",
        when=owner.when if owner else None,
        readonly=readonly,
    )


def _plain(value: object) -> object:
    if value is True:
        return "1"
    if value is False:
        return "0"
    return value


def _label(name: str, listing: Listing) -> str:
    text = fields.label(name)
    if name in {"start_price", "cost", "buy_it_now_price"}:
        return f"{text}, {listing.currency}"
    if name == "weight":
        return f"{text}, {listing.weight_unit}"
    if name.startswith("package_"):
        return f"{text}, {listing.size_unit}"
    return text


def _kind(name: str, column: Column | None) -> str:
    if name in _LONG:
        return "textarea"
    if name in _CODES or name == f"{ASPECT}{fields.INTERCHANGE}":
        return "code"
    if column is None:
        return "text"
    if column.kind in {Kind.ENUM, Kind.BOOLEAN} or column.allowed:
        return "select"
    return {Kind.DECIMAL: "money", Kind.INTEGER: "integer"}.get(column.kind, "text")


def _options(name: str, column: Column | None) -> Sequence[tuple[str, str]]:
    if name in _CHOICES:
        return _CHOICES[name]
    if column is not None and column.kind is Kind.BOOLEAN:
        return [("1", "Yes"), ("0", "No")]
    return [(value, value) for value in (column.allowed if column else ())]
