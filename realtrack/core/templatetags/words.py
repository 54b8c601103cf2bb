"""Figures and times as the back office writes them: money with its currency, times relative."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Final

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

_SIGNS: Final[dict[str, str]] = {"USD": "$", "EUR": "€", "GBP": "£"}
_NO_CENTS: Final[frozenset[str]] = frozenset({"JPY", "KRW", "CLP", "VND", "HUF"})
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
Amount = Decimal | int | float | str | None


@register.filter
def money(value: Amount, currency: str = "") -> str:
    """`{{ price|money:"USD" }}` → "3,418.85 USD"; without currency "3,418.85"; None → ""."""
    figure = _amount(value, currency)
    return f"{figure} {currency}" if figure and currency else figure


@register.filter
def price(value: Amount, currency: str = "USD") -> str:
    """`{{ price|price:"USD" }}` → "$89.90", for rows without a currency in a header."""
    figure = _amount(value, currency)
    if not figure:
        return ""
    sign = _SIGNS.get(currency)
    if sign is None:
        return f"{figure} {currency}"
    return f"-{sign}{figure[1:]}" if figure.startswith("-") else f"{sign}{figure}"


@register.filter
def count(value: int | None, cap: int | None = None) -> str:
    """`{{ total|count:10000 }}` → "1,284", or "10,000+" when capped; None → ""."""
    if value is None:
        return ""
    if cap and value >= cap:
        return f"{cap:,}+"
    return f"{value:,}"


@register.filter
def ago(value: dt.datetime | dt.date | None) -> str:
    """`{{ when|ago }}` → "just now", "5 min ago", "2 h ago", "in 3 h", then the date."""
    if value is None:
        return ""
    if not isinstance(value, dt.datetime):
        return _date(value)
    seconds = round((timezone.now() - _aware(value)).total_seconds())
    if abs(seconds) >= _DAY:
        return _date(timezone.localtime(_aware(value)).date())
    if abs(seconds) < _MINUTE:
        return "just now" if seconds >= 0 else "in a moment"
    text = _span(abs(seconds))
    return f"{text} ago" if seconds > 0 else f"in {text}"


@register.filter
def age(value: dt.datetime | None) -> str:
    """`{{ created_at|age }}` → "40 s", "5 min", "2 h", "3 d": for narrow columns."""
    if value is None:
        return ""
    seconds = max(0, round((timezone.now() - _aware(value)).total_seconds()))
    return f"{seconds} s" if seconds < _MINUTE else _span(seconds)


@register.filter
def clock(value: dt.datetime | None) -> str:
    """`{{ when|clock }}` → "14:02" today, else "21 Nov 14:02"."""
    if value is None:
        return ""
    local = timezone.localtime(_aware(value))
    if local.date() == timezone.localdate():
        return f"{local:%H:%M}"
    return f"{_date(local.date())} {local:%H:%M}"


@register.filter
def lasted(seconds: float | dt.timedelta | None) -> str:
    """`{{ run.seconds|lasted }}` → "0.8 s", "6 m 31 s", "2 h 10 m"."""
    if seconds is None:
        return ""
    number = seconds.total_seconds() if isinstance(seconds, dt.timedelta) else float(seconds)
    if number < 10:  # tenths say something only on short spans
        return f"{number:.1f} s"
    whole = round(number)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} m {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} m"


@register.simple_tag
def when(value: dt.datetime | None, style: str = "ago") -> SafeString:
    """`{% when event.created_at %}`: a `<time>` with the full moment as its title.

    `style`: ago, age or clock.
    """
    if value is None:
        return SafeString("")
    local = timezone.localtime(_aware(value))
    text = {"age": age, "clock": clock}.get(style, ago)(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{_date(local.date(), always_year=True)} {local:%H:%M:%S}",
        text,
    )


def _amount(value: Amount, currency: str) -> str:
    if value is None or value == "":
        return ""
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return f"{number:,.0f}" if currency in _NO_CENTS else f"{number:,.2f}"


def _aware(value: dt.datetime) -> dt.datetime:
    return timezone.make_aware(value) if timezone.is_naive(value) else value


def _span(seconds: int) -> str:
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h"
    return f"{seconds // _DAY} d"


def _date(value: dt.date, *, always_year: bool = False) -> str:
    same = value.year == timezone.localdate().year and not always_year
    return f"{value.day} {value:%b}" if same else f"{value.day} {value:%b} {value.year}"
