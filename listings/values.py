"""Typed values out of texts that people and files write: `$12.50`, `12,5`, `n/a`, `yes`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from listings.columns import Column, Kind

Value = str | int | bool | Decimal | datetime | None

_ABSENT = frozenset({"", "n/a", "na", "none", "null", "-", "--", "tbd", "unknown"})
_TRUE = frozenset({"1", "true", "yes", "y", "ja", "on"})
_FALSE = frozenset({"0", "false", "no", "n", "nein", "off"})
_CURRENCY = re.compile(r"(?i)\b(usd|eur|gbp|aud|cad|us)\b|[$€£¥]")
_NUMBER = re.compile(r"[+-]?\d[\d.,' \u00a0\u202f]*")
_MAX_MONEY = Decimal("99999999.99")  # numeric(10,2)
_MAX_INTEGER = 2_147_483_647
_GROUP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A typed value with a message where the text was read with some licence."""

    value: Value
    message: str = ""


class ValueRefused(ValueError):
    """The text cannot be a value of this column; the message names what can."""


def parse(column: Column, raw: object) -> Parsed:
    """The typed value of `raw` for `column`.

    Guarantees: absent is `None` (texts and enums: the empty string); money is a `Decimal` with two
    places; nothing is cut. Raises `ValueRefused` with a sentence that names the fix.
    """
    if raw is None:
        return Parsed(value=empty_of(column.kind))
    match column.kind:
        case Kind.TEXT:
            return _parse_text(column, raw)
        case Kind.ENUM:
            return _parse_enum(column, raw)
        case Kind.DECIMAL:
            return parse_money(raw)
        case Kind.INTEGER:
            return _parse_integer(column, raw)
        case Kind.BOOLEAN:
            return _parse_boolean(raw)
        case Kind.TIMESTAMP:
            return _parse_timestamp(raw)


def empty_of(kind: Kind) -> Value:
    """What a cleared field holds."""
    return "" if kind in {Kind.TEXT, Kind.ENUM} else None


def parse_money(raw: object) -> Parsed:
    """An amount of money, two places, zero or more; `None` where the text says that none is known."""
    return parse_number(raw, places=2, largest=_MAX_MONEY)


def parse_number(raw: object, *, places: int, largest: Decimal) -> Parsed:
    """A number of 0 to `largest` with at most `places` decimals, or `None` where none is known."""
    if raw is None:
        return Parsed(value=None)
    text, absent = _plain(raw)
    if absent:
        return Parsed(value=None, message=_said_absent(text))
    amount, message = _decimal(text)
    if not 0 <= amount <= largest:
        refused = f"Type a number from 0 to {largest}."
        raise ValueRefused(refused)
    exact = amount.quantize(Decimal(1).scaleb(-places))
    if exact != amount:
        refused = f"Type a number with at most {places} decimals, such as 89.90."
        raise ValueRefused(refused)
    return Parsed(value=exact, message=message)


def _parse_text(column: Column, raw: object) -> Parsed:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        refused = "Type a text."
        raise ValueRefused(refused)
    text = str(raw)
    if "\x00" in text:
        refused = "The text holds a character that cannot be stored."
        raise ValueRefused(refused)
    if column.max_length is not None and len(text) > column.max_length:
        refused = f"At most {column.max_length} characters; this has {len(text)}."
        raise ValueRefused(refused)
    return Parsed(value=text)


def _parse_enum(column: Column, raw: object) -> Parsed:
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        refused = f"One of: {', '.join(column.allowed)}."
        raise ValueRefused(refused)
    text = str(raw).strip()
    if text.casefold() in _ABSENT:
        return Parsed(value="")
    for allowed in column.allowed:
        if allowed.casefold() == text.casefold():
            return Parsed(value=allowed)
    refused = f"One of: {', '.join(column.allowed)}."
    raise ValueRefused(refused)


def _parse_integer(column: Column, raw: object) -> Parsed:
    text, absent = _plain(raw)
    if absent:
        return Parsed(value=None, message=_said_absent(text))
    amount, message = _decimal(text)
    if amount != amount.to_integral_value():
        refused = "Type a whole number."
        raise ValueRefused(refused)
    number = int(amount)
    if column.allowed and str(number) not in column.allowed:
        refused = f"One of: {', '.join(column.allowed)}."
        raise ValueRefused(refused)
    if not 0 <= number <= _MAX_INTEGER:
        refused = "Type a whole number of 0 or more."
        raise ValueRefused(refused)
    return Parsed(value=number, message=message)


def _parse_boolean(raw: object) -> Parsed:
    if isinstance(raw, bool):
        return Parsed(value=raw)
    text, absent = _plain(raw)
    if absent:
        return Parsed(value=None, message=_said_absent(text))
    if text.casefold() in _TRUE:
        return Parsed(value=True)
    if text.casefold() in _FALSE:
        return Parsed(value=False)
    refused = "Type 1 for yes or 0 for no."
    raise ValueRefused(refused)


def _parse_timestamp(raw: object) -> Parsed:
    if isinstance(raw, datetime):
        return Parsed(value=raw if raw.tzinfo else raw.replace(tzinfo=UTC))
    if isinstance(raw, date):
        return Parsed(value=datetime(raw.year, raw.month, raw.day, tzinfo=UTC))
    text, absent = _plain(raw)
    if absent:
        return Parsed(value=None, message=_said_absent(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        refused = "Type a time such as 2026-11-24 18:30:00 (UTC)."
        raise ValueRefused(refused) from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return Parsed(value=moment.astimezone(UTC))
    except OverflowError as error:
        refused = "Type a time such as 2026-11-24 18:30:00 (UTC)."
        raise ValueRefused(refused) from error


def _plain(raw: object) -> tuple[str, bool]:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        refused = "Type one value."
        raise ValueRefused(refused)
    text = str(raw).strip()
    return text, text.casefold() in _ABSENT


def _said_absent(text: str) -> str:
    return f'"{text}" was read as empty' if text else ""


def _decimal(text: str) -> tuple[Decimal, str]:
    """A number in one of the national forms, and a message if it was not the plain one."""
    bare = _CURRENCY.sub("", text).strip()
    if _NUMBER.fullmatch(bare) is None:
        refused = "Type a number, such as 6.2."
        raise ValueRefused(refused)
    plain = _national(re.sub(r"[' \u00a0\u202f]", "", bare))
    try:
        amount = Decimal(plain)
    except InvalidOperation as error:
        refused = "Type a number, such as 6.2."
        raise ValueRefused(refused) from error
    return amount, "" if plain == text else f'"{text}" was read as {plain}'


def _national(text: str) -> str:
    """`1.234,5` and `1,234.5` and `12,5` as `1234.5` and `12.5`: the last mark is the decimal one.

    A single comma before exactly three digits is a thousands mark (`1,234`), because prices with
    three decimals do not occur; a single dot is always the decimal one.
    """
    comma, dot = text.rfind(","), text.rfind(".")
    if comma >= 0 and dot >= 0:
        thousands, decimal = (",", ".") if dot > comma else (".", ",")
        return text.replace(thousands, "").replace(decimal, ".")
    if comma >= 0:
        groups = text.lstrip("+-").split(",")
        is_grouped = all(len(group) == _GROUP for group in groups[1:]) and groups[0] != "0"
        if is_grouped or len(groups) > 2:
            return text.replace(",", "")
        return text.replace(",", ".")
    if text.count(".") > 1:
        return text.replace(".", "")
    return text
