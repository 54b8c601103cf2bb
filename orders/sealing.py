"""Sealing and opening the buyer of an order, and the mask for those who may not see him."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from orders.models import Order
from realtrack.core import crypto

SEALED = (
    "buyer_email", "buyer_name", "buyer_phone", "buyer_note", "shipping_name",
    "shipping_address_1", "shipping_address_2", "shipping_phone", "shipping_email",
)  # fmt: skip
PLAIN = ("buyer_username", "shipping_city", "shipping_state", "shipping_zip", "shipping_country")


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who bought and where it goes, in the clear or masked."""

    buyer_username: str = ""
    buyer_email: str = ""
    buyer_name: str = ""
    buyer_phone: str = ""
    buyer_note: str = ""
    shipping_name: str = ""
    shipping_address_1: str = ""
    shipping_address_2: str = ""
    shipping_city: str = ""
    shipping_state: str = ""
    shipping_zip: str = ""
    shipping_country: str = ""
    shipping_phone: str = ""
    shipping_email: str = ""
    is_masked: bool = False


def seal(order: Order, values: Mapping[str, str]) -> list[str]:
    """Set sealed columns where the value differs from what is there; returns those that changed.

    An empty value never replaces one that is there: marketplaces drop buyers' data some time
    after the sale.
    """
    changed: list[str] = []
    for name in SEALED:
        value = values.get(name, "")
        if not value or crypto.decrypt(getattr(order, name), aad=order.aad(name)) == value:
            continue
        setattr(order, name, crypto.encrypt(value, aad=order.aad(name)))
        changed.append(name)
    if "buyer_email" in changed:
        order.buyer_email_hash = crypto.keyed_hash(values["buyer_email"])
        changed.append("buyer_email_hash")
    return changed


def opened(order: Order) -> Buyer:
    """The buyer in the clear; raises CannotDecrypt, never shows raw text. Log each call."""
    values = {name: crypto.decrypt(getattr(order, name), aad=order.aad(name)) for name in SEALED}
    values |= {name: getattr(order, name) for name in PLAIN}
    return Buyer(**values)  # type: ignore[arg-type]  # texts by name


def masked(order: Order) -> Buyer:
    """The buyer as a viewer sees him: initials, the mail's domain, no street, no phone."""
    clear = opened(order)
    values = {field.name: getattr(clear, field.name) for field in fields(Buyer)}
    for name in ("buyer_name", "shipping_name", "buyer_username"):
        values[name] = _initials(values[name])
    for name in ("buyer_email", "shipping_email"):
        values[name] = _mail(values[name])
    for name in SEALED:
        if name not in {"buyer_name", "shipping_name", "buyer_email", "shipping_email"}:
            values[name] = "•••" if values[name] else ""
    values["shipping_zip"] = f"{values['shipping_zip'][:3]}••" if values["shipping_zip"] else ""
    return Buyer(**{**values, "is_masked": True})


def _initials(text: str) -> str:
    return " ".join(f"{word[0]}•••" for word in text.split())


def _mail(text: str) -> str:
    local, _, domain = text.partition("@")
    return f"{local[:1]}•••@{domain}" if domain else ""


def rotate_batch(rows: list[Order]) -> int:
    """Reseal the given rows with the newest key; returns how many values were rewritten."""
    count = 0
    for order in rows:
        stale = [name for name in SEALED if not crypto.is_newest(getattr(order, name))]
        for name in stale:
            setattr(order, name, crypto.reseal(getattr(order, name), aad=order.aad(name)))
        if stale:
            order.save(update_fields=stale)
        count += len(stale)
    return count
