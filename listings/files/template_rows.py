"""A listing as the columns of somebody else's template want it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from listings import fields
from listings.columns import Kind
from listings.files.export import text_of
from listings.files.headers import VEHICLES, VERSION, Plan, Target
from listings.models import Listing

_POLICY = re.compile(r"^(.*?)\s*-\s*\(ID:\s*\d+\s*\)\s*$")
_CONDITION = re.compile(r"^(\d{4})\s*-")
_POLICIES = frozenset({"shipping_profile_name", "return_profile_name", "payment_profile_name"})
_NUMBERS = frozenset({Kind.DECIMAL, Kind.INTEGER})
# Digits that are names: a leading 0 must not be lost, and 17 of them must not become 1E+16.
_NAMES = frozenset({"category_id", "condition_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell's text; `is_number` where a spreadsheet should count with it."""

    text: str
    is_number: bool = False


@dataclass(slots=True, kw_only=True)
class Words:
    """How the template itself spells values that it offers: conditions, policies with their ids."""

    conditions: dict[str, str] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Words:
        """Gather them from all texts of a workbook."""
        found = cls()
        for text in texts:
            if match := _CONDITION.match(text):
                found.conditions.setdefault(match.group(1), text)
            elif match := _POLICY.match(text):
                found.policies.setdefault(_key(match.group(1)), text)
        return found


def part_row(listing: Listing, plan: Plan, words: Words) -> list[Cell | None]:
    """A cell per column of the plan; None where the listing says nothing of it."""
    return [_cell(listing, target, words) if target else None for target in plan.targets]


def vehicle_row(details: str, plan: Plan) -> list[Cell | None] | None:
    """A row of one vehicle below its part; None where the template has no columns for it."""
    found: list[Cell | None] = [None] * len(plan.targets)
    names = [target.field if target else "" for target in plan.targets]
    if "relationship" not in names or "relationship_details" not in names:
        return None
    found[names.index("relationship")] = Cell(text="Compatibility")
    found[names.index("relationship_details")] = Cell(text=details)
    return found


def unfilled(plan: Plan, headers: Sequence[str]) -> list[str]:
    """Headers that mean nothing to us and stay empty."""
    return [header for header, target in zip(headers, plan.targets, strict=False) if target is None]


def _cell(listing: Listing, target: Target, words: Words) -> Cell | None:
    if target.aspect:
        text = "|".join(listing.item_specifics.get(target.aspect, ()))
        return Cell(text=text) if text else None
    if target.field in {VERSION, VEHICLES, fields.ITEM_SPECIFICS, "relationship"}:
        return None
    text = text_of(getattr(listing, target.field))
    if target.field == "action":
        text = text or ("Revise" if listing.ebay_listing_id else "Add")
    if not text:
        return None
    if target.field == "condition_id":
        text = words.conditions.get(text, text)
    elif target.field in _POLICIES:
        text = words.policies.get(_key(text), text)
    return Cell(text=text, is_number=_is_number(target.field, text))


def _is_number(name: str, text: str) -> bool:
    column = fields.by_name().get(name)
    counts = name in _NAMES or (column is not None and column.kind in _NUMBERS)
    return counts and re.fullmatch(r"-?\d{1,15}(\.\d+)?", text) is not None


def _key(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split()).casefold()


def sheet_for(listing: Listing, sheets: Mapping[str, Plan]) -> str | None:
    """The sheet that takes this part: the only one, else the one that names its category."""
    if len(sheets) == 1:
        return next(iter(sheets))
    last = listing.category_name.replace(":", "/").replace(">", "/").rpartition("/")[2]
    wanted = last.strip().casefold()
    for name in sheets:
        if listing.category_id and listing.category_id in re.findall(r"\d+", name):
            return name
        bare = name.partition("-")[2].strip().casefold()
        # A sheet's name ends at 31 characters, whatever the category is called.
        if wanted and bare and (bare == wanted or (len(name) > 30 and wanted.startswith(bare))):
            return name
    return None
