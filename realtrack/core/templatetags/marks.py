"""Marks of state: each says its state by shape, colour and word, in one piece of HTML."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from realtrack.core.templatetags.icons import icon_svg
from realtrack.core.templatetags.words import clock

register = template.Library()

_LISTING_WORDS: Final[dict[str, str]] = {
    "draft": "Draft",
    "ready": "Ready",
    "published": "Published",
    "sold": "Sold",
    "delisted": "Delisted",
    "archived": "Archived",
}
_CHANNELS: Final[dict[str, tuple[str, str]]] = {
    "ebay": ("eB", "eBay"),
    "ebay_motors": ("eB", "eBay Motors"),
    "shopify": ("Sh", "Shopify"),
}
# state → (class, icon, word)
_CHANNEL_STATES: Final[dict[str, tuple[str, str, str]]] = {
    "live": ("live", "c-live", "live"),
    "owed": ("owed", "c-owed", "update on its way"),
    "drift": ("drift", "sync", "out of sync"),
    "err": ("err", "c-err", "refused"),
    "none": ("none", "plus", "not listed"),
    "end": ("end", "dash", "ended"),
}
_CHANNEL_SYNONYMS: Final[dict[str, str]] = {
    "": "none",
    "active": "live",
    "published": "live",
    "pending": "owed",
    "queued": "owed",
    "publishing": "owed",
    "updating": "owed",
    "unclear": "owed",
    "on_its_way": "owed",
    "out_of_sync": "drift",
    "error": "err",
    "failed": "err",
    "refused": "err",
    "not_listed": "none",
    "draft": "none",
    "unpublished": "none",
    "ended": "end",
    "ending": "end",
    "sold": "end",
    "withdrawn": "end",
}
# source → (class, icon, words before the name, words without a name)
_OWNERS: Final[dict[str, tuple[str, str, str, str]]] = {
    "person": ("", "person", "typed by", "typed"),
    "ai": ("ai", "spark", "by AI", "by AI"),
    "rule": ("rule", "rule", "by rule", "by rule"),
    "import": ("", "import", "from sheet", "from sheet"),
    "marketplace": ("", "store", "from", "from the marketplace"),
}
_OWNER_SYNONYMS: Final[dict[str, str]] = {
    "user": "person",
    "manual": "person",
    "sheet": "import",
    "ebay": "marketplace",
    "shopify": "marketplace",
    "channel": "marketplace",
    "pricing_rule": "rule",
    "system": "rule",
}
_SURE, _CHECK = 85, 60  # bands of confidence; the settings may pass others
_LIT: Final = ' class="f"'
_BAR_PLACES: Final = ((0, 8), (5, 4), (10, 0))  # x and y of three rising bars in a 14 × 12 box
_BARS: Final[dict[int, SafeString]] = {
    lit: SafeString(
        "".join(
            f'<rect{_LIT if place < lit else ""} x="{x}" y="{y}" width="3.5" '
            f'height="{12 - y}" rx="1"/>'
            for place, (x, y) in enumerate(_BAR_PLACES)
        )
    )
    for lit in (1, 2, 3)
}


@register.simple_tag
def icon(name: str, size: int = 16, cls: str = "", label: str = "") -> SafeString:
    """`{% icon "plus" %}`: an icon of the sprite; `size` 12, 16, 20 or 24."""
    return icon_svg(name, size=size, cls=cls, label=label)


@register.simple_tag
def listing_state(status: str) -> SafeString:
    """`{% listing_state listing.status %}`: glyph and word of a listing's status."""
    name = str(status)
    word = _LISTING_WORDS.get(name, name.replace("_", " ").capitalize())
    return format_html('<span class="st st-{}">{}{}</span>', name, icon_svg(f"st-{name}"), word)


@register.simple_tag
def channel_chip(
    channel: str, state: str | None = "plain", url: str = "", note: str = ""
) -> SafeString:
    """`{% channel_chip "ebay" "live" url %}`: one channel's state; with `url` it is a link.

    `state`: live, owed, drift, err, none, end, or a word of the channel tables. `note` adds why.
    Without a state it only names the channel.
    """
    short, full = _CHANNELS.get(str(channel), (str(channel)[:2].capitalize(), str(channel).title()))
    if state == "plain":
        return format_html('<span class="ch" title="{}">{}</span>', full, short)
    key = str(state or "")
    css, symbol, word = _CHANNEL_STATES[
        key if key in _CHANNEL_STATES else _CHANNEL_SYNONYMS.get(key, "none")
    ]
    title = f"{full}: {word}" + (f", {note}" if note else "")
    inside = format_html('{}{}<span class="vh">{}</span>', short, icon_svg(symbol), word)
    if url:
        return format_html('<a class="ch {}" href="{}" title="{}">{}</a>', css, url, title, inside)
    return format_html('<span class="ch {}" title="{}">{}</span>', css, title, inside)


@register.simple_tag
def stock(free: int, reserved: int = 0, threshold: int = 0, short: int = 0) -> SafeString:
    """`{% stock free reserved %}`: free count; "of n" when some are reserved; red 0; amber low.

    `threshold`: at or below it the count is amber. `short`: parts sold that do not exist.
    """
    if short > 0:
        return format_html(
            '<span class="tag bad">{}sold twice, short by {}</span>', icon_svg("warn"), short
        )
    total = free + reserved
    rest = format_html(' <span class="mut xs">of {}</span>', total) if reserved else SafeString("")
    if free <= 0:
        return format_html('<span class="stk0 num">{}</span>{}', free, rest)
    if free <= threshold:
        return format_html('<span class="stk1 num">{}</span>{}', free, rest)
    return format_html('<span class="num">{}</span>{}', free, rest)


@register.simple_tag
def confidence(value: float | Decimal | None, sure: int = _SURE, check: int = _CHECK) -> SafeString:
    """`{% confidence 0.94 %}` or `{% confidence 94 %}`: bars, number, word; nothing for None."""
    if value is None:
        return SafeString("")
    number = float(value)
    points = round(number * 100) if not isinstance(value, int) and number <= 1 else round(number)
    css, word, bars = (
        ("hi", "sure", 3)
        if points >= sure
        else ("mi", "check", 2)
        if points >= check
        else ("lo", "unsure", 1)
    )
    return format_html(
        '<span class="cf {}" title="{} of 100: {}">'
        '<svg viewBox="0 0 14 12" aria-hidden="true">{}</svg>{}<span class="vh"> {}</span></span>',
        css,
        points,
        word,
        _BARS[bars],
        points,
        word,
    )


@register.simple_tag
def owner(
    source: str | None, who: str = "", when: dt.datetime | None = None, url: str = ""
) -> SafeString:
    """`{% owner "person" "Ana" when %}`: who set a field, right of its label.

    `source`: person, ai, rule, import, marketplace; nothing is shown for none. `who` is the
    person, the confidence of the AI, the rule, the sheet, the marketplace. `url` shows its history.
    """
    key = str(source or "")
    known = _OWNERS.get(_OWNER_SYNONYMS.get(key, key))
    if known is None:
        return SafeString("")
    css, symbol, with_name, alone = known
    text = f"{with_name} {who}" if who else alone
    if when is not None:
        text += f", {clock(when)}"
    classes = f"own {css}".rstrip()
    if url:
        return format_html(
            '<a class="{}" href="{}" title="See where it comes from">{}{}</a>',
            classes,
            url,
            icon_svg(symbol),
            text,
        )
    return format_html(
        '<span class="{}" title="Who set this field">{}{}</span>', classes, icon_svg(symbol), text
    )


@register.simple_tag
def badge(text: object, kind: str = "", icon: str = "") -> SafeString:
    """`{% badge "Needs you" "warn" %}`: a tag; kinds: ok, warn, bad, info, acc, sold, or none."""
    drawn = icon_svg(icon) if icon else SafeString("")
    return format_html('<span class="{}">{}{}</span>', f"tag {kind}".rstrip(), drawn, text)


@register.simple_tag
def health(value: int | None, label: str = "Health") -> SafeString:
    """`{% health listing.health %}`: meter and number of 0 to 100; nothing for None."""
    if value is None:
        return SafeString("")
    number = min(100, max(0, int(value)))
    css = "" if number >= 80 else " w" if number >= 50 else " r"  # the prototype's three colours
    return format_html(
        '<svg class="hm{}" viewBox="0 0 26 4" aria-hidden="true"><rect class="bg" width="26" '
        'height="4" rx="2"/><rect class="fg" width="{}" height="4" rx="2"/></svg>'
        '<span class="num"><span class="vh">{} </span>{}</span>',
        css,
        round(number * 26 / 100),
        label,
        number,
    )


@register.simple_tag
def photo(url: str | None, alt: str = "", size: str = "") -> SafeString:
    """`{% photo image_url "alt" "xl" %}`: a thumb, 34 px, `l` 44, `xl` 64; grey without a photo."""
    classes = f"th {size}".rstrip()
    if not url:
        return format_html(
            '<span class="{} th-none">{}</span>',
            classes,
            icon_svg("cam", label="No photo"),
        )
    return format_html(
        '<img class="{}" src="{}" alt="{}" loading="lazy" decoding="async">', classes, url, alt
    )


@register.simple_tag
def avatar(name: str, small: bool = False) -> SafeString:  # noqa: FBT001, FBT002 - template tags take flags
    """`{% avatar user.label %}`: initials on a colour that stays the same for a name."""
    words = [word for word in name.replace("@", " ").replace(".", " ").split() if word]
    initials = "".join(word[0] for word in words[:2]).upper() or "?"
    shade = ("", " a2", " a3")[sum(map(ord, name)) % 3]
    return format_html(
        '<span class="ava{}{}" aria-hidden="true">{}</span>',
        shade,
        " s" if small else "",
        initials,
    )


@register.simple_tag
def key(keys: str) -> SafeString:
    """`{% key "Ctrl Enter" %}`: a key hint; keys one after another: `{% key "G" %} {% key "R" %}`."""
    # Not part of the button's name; the help of the keys reads them out.
    return format_html('<kbd aria-hidden="true">{}</kbd>', keys)


@register.simple_tag
def progress(value: int, total: int, label: str, kind: str = "") -> SafeString:
    """`{% progress done total "Photos" %}`: a bar; kinds ok, warn, bad."""
    return format_html(
        '<progress class="{}" max="{}" value="{}" aria-label="{}"></progress>',
        kind,
        max(1, total),
        min(value, max(1, total)),
        label,
    )


@register.simple_tag
def stat(value: object, label: str, url: str = "", note: str = "", kind: str = "") -> SafeString:
    """`{% stat 62 "drafts to review" url "about 6 minutes" "warn" %}`: a figure that leads to rows.

    Stand them in `<div class="need">`. `kind` puts a dot before it: ok, warn, bad.
    """
    dot_class = {"ok": "dot", "warn": "dot w", "bad": "dot r"}.get(kind, "")
    dot = format_html('<span class="{}"></span> ', dot_class) if dot_class else SafeString("")
    inside = format_html(
        '<span class="big blk">{}{}</span><span class="b blk">{}</span>'
        '<span class="mut sm blk">{}</span>',
        dot,
        value,
        label,
        note,
    )
    if url:
        return format_html('<a class="stat" href="{}">{}</a>', url, inside)
    return format_html('<div class="stat">{}</div>', inside)


@register.simple_tag
def skeleton(rows: int = 3, shape: str = "lines") -> SafeString:
    """`{% skeleton 5 "table" %}`: grey bars in the shape of the result; shows after 300 ms."""
    widths = ("w3", "w1", "w2")
    lines = format_html_join(
        "", '<span class="skel {}"></span>', ((widths[place % 3],) for place in range(rows))
    )
    return format_html(
        '<div class="w100 col-f g12 skel-{}" aria-hidden="true">{}</div>', shape, lines
    )
