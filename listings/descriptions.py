"""Descriptions as HTML: what a marketplace lets through, and what our editor can hold."""

from __future__ import annotations

import re
from dataclasses import dataclass

import nh3

# What sellers' designs are made of. Scripts, forms, frames and plug-ins are active content, which
# marketplaces refuse; with `<style>` kept, designs that came in files look as they did.
_TAGS = (nh3.ALLOWED_TAGS | {"font", "style", "tfoot", "big", "section", "main"}) - {
    "details",
    "summary",
}
_ATTRIBUTES = {
    "*": {"style", "class", "align", "valign", "width", "height", "bgcolor", "color", "dir", "lang",
          "title", "border", "cellpadding", "cellspacing", "colspan", "rowspan"},
    "a": {"href", "target", "name"},
    "img": {"src", "alt"},
    "font": {"face", "size"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "hr": {"size"},
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto"}
_ACTIVE = re.compile(
    r"<\s*/?\s*(script|iframe|frame|form|input|button|select|textarea|object|embed|applet|link|"
    r"meta|base|svg|video|audio|template)\b|\son[a-z]+\s*=|javascript:",
    re.IGNORECASE,
)
_SIMPLE_TAGS = {"p", "br", "b", "strong", "i", "em", "u", "ul", "ol", "li", "h2", "h3", "a"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanDescription:
    """A description without active content, and whether some had to go."""

    html: str
    was_active: bool


def description_clean(html: str) -> CleanDescription:
    """Take out what could run; words, formatting and pictures stay. Plain text stays as it is."""
    return CleanDescription(html=description_safe(html), was_active=bool(_ACTIVE.search(html)))


def description_safe(html: str) -> str:
    """The description without anything that runs; idempotent."""
    if "<" not in html:
        return html
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script"},
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel=None,
    )


def is_simple(html: str) -> bool:
    """True where the editor can hold it without losing anything: paragraphs, lists, bold, links."""
    if "<" not in html:
        return True
    simple = nh3.clean(
        html, tags=_SIMPLE_TAGS, attributes={"a": {"href"}}, url_schemes=_SCHEMES, link_rel=None
    )
    return simple == description_safe(html)
