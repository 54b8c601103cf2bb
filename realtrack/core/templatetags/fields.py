"""Form fields: label, owner, control, fault and help below, counter; saved one by one on wish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django import template
from django.forms import BoundField

register = template.Library()

# kind → (type, inputmode) of the input
_INPUTS: Final[dict[str, tuple[str, str]]] = {
    "text": ("text", ""),
    "code": ("text", ""),
    "number": ("text", "decimal"),
    "integer": ("text", "numeric"),
    "money": ("text", "decimal"),
    "email": ("email", "email"),
    "password": ("password", ""),
    "url": ("url", "url"),
    "search": ("search", "search"),
    "date": ("date", ""),
    "file": ("file", ""),
}
_SEARCH_FROM = 9  # a choice of more than eight gets a search field


@register.inclusion_tag("components/field.html")
def field(
    name: str,
    label: str,
    value: object = "",
    *,
    kind: str = "text",
    id: str = "",  # noqa: A002 - the name of the attribute
    options: Sequence[Sequence[Any]] = (),
    help: str = "",  # noqa: A002 - what it is called on the page
    error: str = "",
    warning: str = "",
    counter: int = 0,
    rows: int = 4,
    source: str = "",
    who: str = "",
    when: dt.datetime | None = None,
    history_url: str = "",
    save_url: str = "",
    required: bool = False,
    readonly: bool = False,
    autofocus: bool = False,
    placeholder: str = "",
    autocomplete: str = "off",
    cls: str = "",
) -> dict[str, Any]:
    """`{% field "title" "Title" listing.title counter=80 source="person" who="Ana" save_url=url %}`.

    `kind`: text, code, number, integer, money, email, password, url, date, file, textarea, select,
    checkbox. `options` are (value, text). `error` or `warning` stand below. `counter` counts
    characters and never cuts. With `save_url` it is POSTed alone on blur or Enter, with every
    `[data-include]` input of the page; answer with this same field (422 when refused).
    """
    shown = "" if value is None else value
    input_type, inputmode = _INPUTS.get(kind, ("text", ""))
    return {
        "name": name,
        "label": label,
        "value": shown,
        "checked": bool(value) and str(value).lower() not in {"false", "0"},
        "kind": kind,
        "id": id or f"id_{name}",
        "options": [(str(one[0]), one[1], str(one[0]) == str(shown)) for one in options],
        "searchable": len(options) >= _SEARCH_FROM,
        "input_type": input_type,
        "inputmode": inputmode,
        "is_code": kind == "code",
        "is_figure": kind in {"number", "integer", "money"},
        "counted": len(str(shown)),
        "counter_class": _counter_class(len(str(shown)), counter),
        # What the template gets as it was given.
        "help": help, "error": error, "warning": warning, "counter": counter, "rows": rows,
        "source": source, "who": who, "when": when, "history_url": history_url,
        "save_url": save_url, "required": required, "readonly": readonly, "autofocus": autofocus,
        "placeholder": placeholder, "autocomplete": autocomplete, "cls": cls,
    }  # fmt: skip


@register.inclusion_tag("components/field.html")
def form_field(bound: BoundField, label: str = "", **options: Any) -> dict[str, Any]:
    """`{% form_field form.email kind="email" help="…" %}`: a field of a Django form, its fault too.

    Takes the options of `field`; choices, value, required and the fault come from the form.
    """
    choices = getattr(bound.field, "choices", ())
    kind = options.pop("kind", "select" if choices else "text")
    given: dict[str, Any] = field(
        bound.html_name,
        label or str(bound.label),
        "" if kind == "password" else bound.value(),
        kind=kind,
        id=bound.id_for_label or f"id_{bound.html_name}",
        options=[(value, text) for value, text in choices],
        error=" ".join(str(one) for one in bound.errors),
        required=bound.field.required,
        **options,
    )
    return given


@register.inclusion_tag("components/upload.html")
def upload(
    *,
    job_url: str = "/api/ingestion/jobs",
    mode: str = "images",
    listing_id: str = "",
    upload_url: str = "/api/storage/upload-url",
    confirm_url: str = "/api/storage/confirm",
    accept: str = "image/jpeg,image/png,image/webp,image/heic,image/heif",
    title: str = "Drop photos here",
    text: str = "Or paste them, or choose them. The first one becomes the main photo.",
    start: str = "Read the photos",
    auto: bool = False,
    pixels: int = 0,
    keep_folders: bool = False,
    done_text: str = "",
) -> dict[str, Any]:
    """`{% upload job_url="/api/ingestion/jobs" mode="single" %}`: drop, paste or choose photos.

    Each file is put to its signed address and confirmed; then `job_url` gets {mode, assetIds} in
    the order shown and the page follows the answer's reviewUrl. Empty `job_url`: the page gets the
    event `uploaded` with the asset ids instead. `auto` starts the job when the last file is up.
    Photos larger than `pixels` are made smaller in the browser, unless the person wants originals;
    `keep_folders` sends names with their folders.
    """
    return {
        "job_url": job_url,
        "mode": mode,
        "listing_id": listing_id,
        "upload_url": upload_url,
        "confirm_url": confirm_url,
        "accept": accept,
        "title": title,
        "text": text,
        "start": start,
        "auto": auto,
        "pixels": pixels,
        "keep_folders": keep_folders,
        "done_text": done_text,
    }


def _counter_class(counted: int, limit: int) -> str:
    if not limit:
        return "mut"
    if counted > limit:
        return "t-bad"
    # eBay counts to 80; the last two characters warn
    return "t-warn" if counted >= limit - 2 else "mut"
