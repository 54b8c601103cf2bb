"""Larger parts of a page: cards, notes, drawer, segments and tabs, the run pill, the phone bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from realtrack.core.rights import Right
from realtrack.core.templatetags.icons import icon_svg
from realtrack.core.templatetags.tables import query_url

if TYPE_CHECKING:
    from django.template import Context

    from realtrack.core.models import Run
    from realtrack.core.web.context import Shell

register = template.Library()

_NOTE_ICONS: Final[dict[str, str]] = {
    "warn": "warn",
    "bad": "warn",
    "info": "info",
    "ok": "check",
    "ai": "spark",
    "stale": "sync",
}


@register.inclusion_tag("components/segment.html", takes_context=True)
def segment(
    context: Context,
    options: Sequence[Sequence[Any]],
    current: str,
    label: str,
    *,
    param: str = "view",
    target: str = "",
) -> dict[str, Any]:
    """`{% segment options current "Period" param="days" %}`: links of (value, text[, count])."""
    request = context.get("request")
    items = [
        {
            "url": query_url(request, param, str(one[0])),
            "text": one[1],
            "count": one[2] if len(one) > 2 else None,
            "current": str(one[0]) == str(current),
        }
        for one in options
    ]
    return {"items": items, "label": label, "target": target}


@register.inclusion_tag("components/tabs.html", takes_context=True)
def tabs(
    context: Context,
    options: Sequence[Sequence[Any]],
    current: str,
    label: str,
    *,
    param: str = "tab",
    target: str = "",
) -> dict[str, Any]:
    """`{% tabs options current "Part" %}`: tabs as links, the tab in the URL as `?tab=`."""
    return segment(context, options, current, label, param=param, target=target)


@register.simple_block_tag
def card(
    content: str, title: str, *, url: str = "", link: str = "", cls: str = "", bare: bool = False
) -> SafeString:
    """`{% card "Ran out today" url=all link="All 13" cls="c6" %}…{% endcard %}`: a panel.

    `bare` leaves out the padding of the body, for a table in a card.
    """
    more = format_html('<span class="sp"></span><a class="sm" href="{}">{}</a>', url, link)
    return format_html(
        '<section class="{}"><div class="hd"><h2>{}</h2>{}</div>{}</section>',
        f"card-x {cls}".rstrip(),
        title,
        more if url else "",
        SafeString(content)
        if bare
        else format_html('<div class="bd">{}</div>', SafeString(content)),
    )


@register.simple_block_tag
def note(
    content: str, kind: str = "", title: str = "", *, url: str = "", link: str = "", role: str = ""
) -> SafeString:
    """`{% note "warn" "18 of 20 published." url=run link="See the 2 reasons" %}…{% endnote %}`.

    Kinds: info, ok, warn, bad, ai, stale. `role="alert"` reads it aloud at once.
    """
    css = "info" if kind == "stale" else kind
    return format_html(
        '<div class="{}"{}>{}<div class="grow">{}{}</div>{}</div>',
        f"note {css}".rstrip(),
        format_html(' role="{}"', role) if role else "",
        icon_svg(_NOTE_ICONS.get(kind, "info")),
        format_html('<b class="b">{}</b> ', title) if title else "",
        SafeString(content),
        format_html('<a class="btn btn-s" href="{}">{}</a>', url, link) if url else "",
    )


@register.simple_block_tag
def error_card(
    content: str, title: str, means: str = "", *, follows: str = "", request_id: str = ""
) -> SafeString:
    """`{% error_card "eBay did not answer." "Your price is saved." follows="…" request_id=id %}`.

    What happened, what it means for the work, what comes next; buttons stand inside the tag.
    """
    return format_html(
        '<div class="note bad">{}<div class="grow"><b class="b">{}</b> {} {}{}</div>{}</div>',
        icon_svg("warn"),
        title,
        means,
        follows,
        format_html('<div class="sm ink2">Request <span class="code">{}</span></div>', request_id)
        if request_id
        else "",
        SafeString(content.strip()),
    )


@register.simple_block_tag
def empty_state(content: str, icon: str, title: str, text: str = "") -> SafeString:
    """`{% empty_state "cam" "No photos yet" "Drop photos here." %}buttons{% endempty_state %}`."""
    return format_html(
        '<div class="empty">{}<b class="b">{}</b>{}<div class="row-f wrap">{}</div></div>',
        icon_svg(icon),
        title,
        format_html('<span class="mut">{}</span>', text) if text else "",
        SafeString(content),
    )


@register.simple_block_tag
def drawer(content: str, title: str, sub: str = "", *, close_url: str = "") -> SafeString:
    """`{% drawer "Publish 3 parts" sub="A preview." close_url=list_url %}…{% enddrawer %}`.

    Answer it to an htmx request with `hx-target="#drawer"`. Inside: `<div class="bd">…</div>` and
    `<div class="ft">…</div>`. `close_url` puts the address of the list back when it closes.
    """
    return format_html(
        '<div class="scrim" data-drawer-close></div><section class="drawer" role="dialog" '
        'aria-modal="true" aria-labelledby="drawer-title" data-drawer data-close-url="{}">'
        '<div class="hd"><div class="grow"><h2 class="h16" id="drawer-title" tabindex="-1">{}</h2>'
        '{}</div><button class="btn btn-q btn-i" type="button" data-drawer-close '
        'aria-label="Close">{}</button></div><div data-error></div>{}</section>',
        close_url,
        title,
        format_html('<div class="mut sm">{}</div>', sub) if sub else "",
        icon_svg("x"),
        SafeString(content),
    )


@register.simple_tag
def run_pill(run: Run) -> SafeString:
    """`{% run_pill run %}`: a running run with its count, in the bar; it links to the run."""
    done = run.created_count + run.changed_count + run.same_count + run.refused_count
    figures = f"{done:,} of {run.total:,}" if run.total else run.get_state_display()
    try:
        url = reverse("runs:detail", args=[run.pk])
    except NoReverseMatch:
        url = "/"
    return format_html(
        '<a class="run-pill" href="{}">{}<span class="cut">{}</span> '
        '<span class="num mut nw">{}</span></a>',
        url,
        icon_svg("sync", size=12, cls="spin" if run.state == "running" else ""),
        run.title,
        figures,
    )


@register.inclusion_tag("shell/phone_bar.html")
def phone_bar(shell: Shell) -> dict[str, Any]:
    """`{% phone_bar shell %}`: the bottom bar of phones, from what this person may open."""
    found = {item.icon: item for group in shell.nav for item in group.items}
    middle = found.get("scan") or found.get("intake")
    return {
        "before": [found[name] for name in ("today", "catalog") if name in found],
        "middle": middle,
        "middle_word": "Scan" if middle and middle.icon == "scan" else "Photos",
        "after": found.get("review"),
    }


@register.filter
def can(shell: Shell | str | None, right: str) -> bool:
    """`{% if shell|can:"listings.edit" %}`: whether the signed-in person holds a right."""
    if not shell or isinstance(shell, str):
        return False
    return shell.can(Right(right))
