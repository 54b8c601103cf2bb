"""The icon sprite: which names it has and how one icon is written."""

from __future__ import annotations

from typing import Final

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

# What a page means, for names that a page or the navigation says in its own words.
ALIASES: Final[dict[str, str]] = {
    "dashboard": "chart",
    "catalog": "tagp",
    "intake": "cam",
    "photo": "cam",
    "fitment": "grid",
    "runs": "rule",
    "stock": "bin",
    "orders": "order",
    "returns": "ret",
    "channels": "plug",
    "activity": "hist",
    "settings": "cog",
    "notifications": "bell",
    "close": "x",
    "more": "dots",
    "error": "warn",
    "delete": "x",
    "history": "hist",
    "upload": "export",
    "saved": "check",
}

NAMES: Final[frozenset[str]] = frozenset([
    "today", "chart", "tagp", "cam", "review", "car", "grid", "bin", "order", "ret", "plug",
    "sync", "inbox", "bell", "search", "cog", "plus", "down", "right", "left", "up", "x", "check",
    "warn", "info", "spark", "person", "rule", "import", "export", "store", "drag", "dots",
    "filter", "cols", "rows", "cards", "scan", "truck", "print", "undo", "moon", "hist", "ext",
    "edit", "lock", "copy", "user2", "off", "star", "move", "count", "want", "dash", "st-draft",
    "st-ready", "st-published", "st-sold", "st-delisted", "st-archived", "c-live", "c-owed",
    "c-err", "out",
])  # fmt: skip
_FALLBACK = "dots"


def icon_svg(name: str, *, size: int = 16, cls: str = "", label: str = "") -> SafeString:
    """Return the icon `name` (or an alias) of the sprite; unknown names show three dots.

    `size` is 12, 16, 20 or 24 CSS pixels. Without `label` it is hidden from screen readers.
    """
    symbol = ALIASES.get(name, name)
    if symbol not in NAMES:
        symbol = _FALLBACK
    classes = " ".join(part for part in ("i", f"i{size}" if size != 16 else "", cls) if part)
    href = f"{static('icons.svg')}#{symbol}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>',
            classes,
            label,
            href,
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', classes, href)
