"""What creating and editing have in common."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from listings import fields
from listings.errors import SkuTaken
from listings.models import text_hash
from listings.part_numbers import normalise, split_numbers
from realtrack.core import registry
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import InvalidInput

_SKU_CONSTRAINT = "uniq_listing_live_sku"
# Fields whose change a marketplace must learn of as a price; all others are content.
PRICE_FIELDS = frozenset(
    {"start_price", "buy_it_now_price", "best_offer_auto_accept_price",
     "minimum_best_offer_price", "best_offer_enabled", "currency"}
)  # fmt: skip
# Ours alone: no marketplace gets them.
PRIVATE_FIELDS = frozenset({"cost", "part_source", fields.TEAM, "action"})


@contextmanager
def constraint_errors(sku: str) -> Iterator[None]:
    """Turn a violated constraint into the error that a person can act on."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnostics = getattr(error.__cause__, "diag", None)
        name = getattr(diagnostics, "constraint_name", None) or ""
        if name == _SKU_CONSTRAINT:
            message = f"Another part has the SKU {sku}."
            raise SkuTaken(message, fields={fields.SKU: message}) from error
        if "team" in name:
            message = "There is no such team."
            raise InvalidInput(fields={fields.TEAM: message}) from error
        raise


def derived_values(values: Mapping[str, object]) -> dict[str, object]:
    """Columns that follow from the fields that change: normalised numbers, description's hash."""
    found: dict[str, object] = {}
    if "c_manufacturer_part_number" in values:
        found["mpn_normalised"] = normalise(str(values["c_manufacturer_part_number"]))
    if "c_oe_oem_part_number" in values:
        found["oe_numbers_normalised"] = _normalised([str(values["c_oe_oem_part_number"])])
    if fields.ITEM_SPECIFICS in values:
        specifics = values[fields.ITEM_SPECIFICS]
        texts = specifics.get(fields.INTERCHANGE, []) if isinstance(specifics, dict) else []
        found["interchange_normalised"] = _normalised(texts)
    if "description" in values:
        found["description_hash"] = text_hash(str(values["description"]))
    return found


def _normalised(texts: Sequence[str]) -> list[str]:
    numbers = [normalise(number) for text in texts for number in split_numbers(text)]
    return list(dict.fromkeys(numbers))


def log_value(name: str, value: object) -> object:
    """A value for the log: descriptions by the start of their hash, they stand in the history."""
    return text_hash(str(value))[:12] if name == "description" and value else value


def owed_note(listing_id: uuid.UUID, changed: Sequence[str], *, actor: Actor) -> None:
    """Note in this transaction what the marketplaces are owed, unless they told us themselves."""
    if actor.kind is ActorKind.MARKETPLACE:
        return
    for kind in owed_kinds(changed):
        owed_kind_note(listing_id, kind)


def owed_kinds(changed: Iterable[str]) -> list[str]:
    """What marketplaces are owed after a change of these fields: `price`, `content`, or nothing."""
    names = set(changed) - PRIVATE_FIELDS
    return [
        kind
        for kind, is_owed in (
            ("price", bool(names & PRICE_FIELDS)),
            ("content", bool(names - PRICE_FIELDS)),
        )
        if is_owed
    ]


def owed_kind_note(listing_id: uuid.UUID, kind: str) -> None:
    """Tell each registered writer that this kind is owed for the listing."""
    for write in registry.owed_writers.values():
        write([listing_id], kind)
