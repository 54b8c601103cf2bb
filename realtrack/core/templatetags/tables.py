"""Lists: the table with its headers, the pager, the filter bar, the selection bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import template
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from realtrack.core.templatetags.icons import icon_svg

if TYPE_CHECKING:
    from django.template import Context

register = template.Library()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One header of a table, read from the text that `tb` takes."""

    label: str
    number: bool = False
    hidden_on_phone: bool = False
    hidden_on_tablet: bool = False
    unseen: bool = False
    select_all: bool = False
    sort: str = ""


def columns_read(text: str) -> list[Column]:
    """Read `"Part|Bin:m|Price, USD:n sort=price|Photo:vh|:check"`; flags follow the last colon.

    n: numbers, right; m: not on phones; t: not below 1100 px; vh: for screen readers only; check: select this page;
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
                hidden_on_tablet="t" in names,
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
    id: str = "",  # noqa: A002 - the name of the attribute
    cls: str = "",
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
        "prev_url": query_url(request, param, str(page - 1) if page > 2 else "")
        if page > 1
        else "",
        "next_url": query_url(request, param, str(page + 1)) if more else "",
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


def query_url(request: HttpRequest | None, param: str, value: str) -> str:
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


def _head(column: Column, request: HttpRequest | None) -> SafeString:
    css = " ".join(
        name
        for name, wanted in (
            ("n", column.number),
            ("hide-m", column.hidden_on_phone),
            ("hide-t", column.hidden_on_tablet),
        )
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
        query_url(request, "sort", f"-{column.sort}" if state == "ascending" else column.sort),
        column.label,
        icon_svg("down" if down else "up", size=12) if state else "",
    )
