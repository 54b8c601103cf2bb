"""Larger parts of a page: table, pager, filter bar, drawer, cards, notes, segments, the run pill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import template
from django.http import HttpRequest, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from realtrack.core.rights import Right
from realtrack.core.templatetags.icons import icon_svg

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One header of a table, read from the text that `tb` takes."""

    label: str
    number: bool = False
    hidden_on_phone: bool = False
    unseen: bool = False
    select_all: bool = False
    sort: str = ""


def columns_read(text: str) -> list[Column]:
    """Read `"Part|Bin:m|Price, USD:n sort=price|Photo:vh|:check"`; flags follow the last colon.

    n: numbers, right; m: not on phones; vh: for screen readers only; check: select this page;
    sort=name: a link that sorts by `?sort=name`, then by `?sort=-name`.
    """
    found = []
    for one in text.split("|"):
        label, _, flags = one.rpartition(":") if ":" in one else (one, "", "")
        names = flags.split()
        sort = next((name.removeprefix("sort=") for name in names if name.startswith("sort=")), "")
        found.append(
            Column(
                label=label.strip(),
                number="n" in names,
                hidden_on_phone="m" in names,
                unseen="vh" in names,
                select_all="check" in names,
                sort=sort,
            )
        )
    return found


@register.simple_block_tag(takes_context=True)
def tb(
    context: Context,
    content: str,
    columns: str,
    label: str,
    id: str = "",
    cls: str = "",  # noqa: A002 - the name of the attribute
) -> SafeString:
    """`{% tb "Part|Bin|Free:n" label="Parts" id="rows" %}<tr>…</tr>{% endtb %}`: a table.

    `columns` as `columns_read` takes it. `cls`: `t36` rows without photo, `cat` with photo and
    replaced by `.cards-m` on phones. Rows: `<tr data-row id data-href class="bad|warn|gone">`.
    """
    request = context.get("request")
    heads = format_html_join("", "{}", ((_head(one, request),) for one in columns_read(columns)))
    return format_html(
        '<table class="{}"{} aria-label="{}" data-rows><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table>",
        f"tb {cls}".rstrip(),
        format_html(' id="{}"', id) if id else "",
        label,
        heads,
        SafeString(content),
    )


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(
    context: Context,
    *,
    page: int = 1,
    shown: int = 0,
    size: int = 50,
    total: int | None = None,
    has_next: bool | None = None,
    cap: int = 10_000,
    param: str = "page",
    target: str = "",
) -> dict[str, Any]:
    """`{% pager page=page shown=rows|length size=50 total=total target="#rows" %}`: the foot.

    "1 to 50 of 1,284"; "10,000+" when `total` reaches `cap`; without `total` give `has_next`.
    Links keep the rest of the query; `target` lets htmx swap only that element.
    """
    first = (page - 1) * size + 1 if shown else 0
    last = (page - 1) * size + shown
    more = has_next if has_next is not None else total is not None and last < total
    request = context.get("request")
    return {
        "first": first,
        "last": last,
        "total": total,
        "cap": cap,
        "prev_url": _query(request, param, str(page - 1) if page > 2 else "") if page > 1 else "",
        "next_url": _query(request, param, str(page + 1)) if more else "",
        "target": target,
    }


@register.inclusion_tag("components/pager.html")
def pager_links(
    text: str, prev_url: str = "", next_url: str = "", target: str = ""
) -> dict[str, Any]:
    """`{% pager_links "1 to 50 of 1,284" prev_url next_url "#rows" %}`: for keyset paging."""
    return {"text": text, "prev_url": prev_url, "next_url": next_url, "target": target}


@register.simple_block_tag(takes_context=True)
def filter_bar(
    context: Context,
    content: str,
    action: str,
    label: str,
    *,
    query: str = "",
    tokens: Sequence[Mapping[str, Any]] = (),
    placeholder: str = "Words, part number, or a filter such as bin:B-04",
    target: str = "",
    name: str = "q",
) -> SafeString:
    """`{% filter_bar "/listings/" "Search parts" query=q tokens=tokens target="#results" %}`.

    A GET form with one field; `tokens` are mappings with name, value, remove_url and, for an
    unknown filter, bad and hint. What stands inside the tag (sort, columns) comes to the right.
    """
    from django.template.loader import render_to_string

    request: HttpRequest | None = context.get("request")
    kept = (
        [(key, value) for key, value in request.GET.items() if key not in {name, "page", "offset"}]
        if request
        else []
    )
    return render_to_string(
        "components/filter_bar.html",
        {
            "action": action,
            "label": label,
            "query": query,
            "tokens": tokens,
            "placeholder": placeholder,
            "target": target,
            "name": name,
            "kept": kept,
            "content": SafeString(content),
        },
    )


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
            "url": _query(request, param, str(one[0])),
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


@register.simple_block_tag(takes_context=True)
def bulk(context: Context, content: str, *, total: int = 0) -> SafeString:
    """`{% bulk total=1284 %}buttons{% endbulk %}`: the selection bar, hidden until rows are chosen.

    It is a POST form; each button has its `formaction` or `hx-post` and gets `ids` (or `all=1` and
    `query`). `data-confirm-many="End {n} listings"` asks first, with the count in the button.
    """
    return format_html(
        '<form class="bulk" method="post" data-bulk data-total="{}" aria-label="Selected rows" hidden>'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><span data-bulk-fields hidden>'
        '</span><span class="bb num" data-bulk-count></span><span class="sm bulk-away hide-m" '
        'data-bulk-away></span>{}<span class="div"></span>{}<button class="btn btn-i" type="button" '
        'data-bulk-clear aria-label="Clear selection">{}</button></form>',
        total,
        context.get("csrf_token", ""),
        format_html(
            '<button class="btn btn-s hide-m bulk-all" type="button" data-bulk-all>Select all {}'
            "</button>",
            f"{total:,}",
        )
        if total
        else "",
        SafeString(content),
        icon_svg("x"),
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


def _head(column: Column, request: HttpRequest | None) -> SafeString:
    css = " ".join(
        name
        for name, wanted in (("n", column.number), ("hide-m", column.hidden_on_phone))
        if wanted
    )
    opened = format_html(' class="{}"', css) if css else SafeString("")
    if column.select_all:
        return format_html(
            '<th scope="col"{}><input type="checkbox" data-select-page '
            'aria-label="Select this page"></th>',
            opened,
        )
    if column.unseen:
        return format_html(
            '<th scope="col"{}><span class="vh">{}</span></th>', opened, column.label
        )
    if not column.sort:
        return format_html('<th scope="col"{}>{}</th>', opened, column.label)
    sorted_by = request.GET.get("sort", "") if request else ""
    down = sorted_by == f"-{column.sort}"
    state = "descending" if down else "ascending" if sorted_by == column.sort else ""
    return format_html(
        '<th scope="col"{}{}><a class="sort" href="{}">{}{}</a></th>',
        opened,
        format_html(' aria-sort="{}"', state) if state else "",
        _query(request, "sort", f"-{column.sort}" if state == "ascending" else column.sort),
        column.label,
        icon_svg("down" if down else "up", size=12) if state else "",
    )


def _query(request: HttpRequest | None, param: str, value: str) -> str:
    """Return this address with `param` set (or left out when empty), the page forgotten."""
    query = request.GET.copy() if request else QueryDict(mutable=True)
    if param not in {"page", "offset"}:
        query.pop("page", None)
        query.pop("offset", None)
    query.pop(param, None)
    if value:
        query[param] = value
    path = request.path if request else ""
    return f"{path}?{query.urlencode()}" if query else path or "?"
