"""Policies by name for several accounts, and the categories that parts use."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from channels_app import selectors, services
from channels_app.adapters.base import CategoryHit, ChannelError
from realtrack.core.errors import InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires
from realtrack.core.web.render import redirect, render_page

_KINDS = (
    ("fulfillment", "Shipping policy"),
    ("payment", "Payment policy"),
    ("return", "Return policy"),
    ("location", "Ships from"),
)


@require_GET
@requires(Right.CHANNELS_VIEW)
def policies(request: HttpRequest) -> HttpResponse:
    """Every account with its policies by name, and a form that sets them for many."""
    verdicts = request.session.pop("policy-verdicts", [])
    accounts = list(selectors.connection_list())
    rows = [
        {"account": one, "names": [_chosen_name(one, kind) for kind, _ in _KINDS]}
        for one in accounts
    ]
    choices = [
        {
            "name": f"name_{kind}",
            "label": label,
            "options": [("", "Leave as it is"), *((name, name) for name in _names(accounts, kind))],
        }
        for kind, label in _KINDS
    ]
    context = {
        "rows": rows,
        "kinds": [label for _, label in _KINDS],
        "choices": choices,
        "verdicts": verdicts,
        "here": "policies",
    }
    return render_page(request, "channels/policies.html", context)


def _chosen_name(account: Any, kind: str) -> str:
    chosen = (
        account.settings.get("locationKey")
        if kind == "location"
        else (account.settings.get("policies") or {}).get(kind)
    )
    for one in (account.options.get("kinds") or {}).get(kind, ()):
        if one["id"] == chosen:
            return str(one["name"])
    return "gone" if chosen else ""


def _names(accounts: list[Any], kind: str) -> list[str]:
    found: dict[str, str] = {}
    for account in accounts:
        for one in (account.options.get("kinds") or {}).get(kind, ()):
            name = " ".join(str(one["name"]).split())
            found.setdefault(name.casefold(), name)
    return sorted(found.values())


@require_POST
@requires(Right.CHANNELS_MANAGE)
def policies_choose(request: HttpRequest) -> HttpResponse:
    """Set policies by name for the chosen accounts; each account answers for itself."""
    try:
        ids = [uuid.UUID(text) for text in request.POST.getlist("ids")]
    except ValueError as error:
        message = "Choose the accounts again."
        raise InvalidInput(message) from error
    if not ids:
        message = "Choose at least one account."
        raise InvalidInput(message)
    names = {kind: request.POST.get(f"name_{kind}", "") for kind, _ in _KINDS}
    verdicts = services.policies_choose(connection_ids=ids, names=names, actor=actor_of(request))
    problems = [one.problem for one in verdicts if one.problem]
    request.session["policy-verdicts"] = problems
    done = len(verdicts) - len(problems)
    if done:
        messages.success(request, f"The choices are kept for {done} of {len(verdicts)} accounts.")
    return redirect(request, reverse("channels:policies"))


@require_GET
@requires(Right.CHANNELS_VIEW)
def categories(request: HttpRequest) -> HttpResponse:
    """Categories that parts use, with what drifted; and a search of the marketplace's tree."""
    words = request.GET.get("q", "").strip()[:100]
    hits: list[CategoryHit] = []
    problem = ""
    if words:
        try:
            hits = services.category_suggest(words=words)
        except ChannelError as error:
            problem = error.first.reason
    context = {
        "rows": selectors.category_list()[:200],
        "q": words,
        "hits": hits,
        "problem": problem,
        "here": "categories",
    }
    return render_page(request, "channels/categories.html", context, partial="rows")


@require_POST
@requires(Right.CHANNELS_MANAGE)
def category_accept(request: HttpRequest, category: int) -> HttpResponse:
    """Take a renamed category as right."""
    row = services.category_accept(row_id=category, actor=actor_of(request))
    messages.success(request, f"{row.category_id} is “{row.name}” from now on.")
    return redirect(request, reverse("channels:categories"))


@require_POST
@requires(Right.CHANNELS_MANAGE)
def categories_verify(request: HttpRequest) -> HttpResponse:
    """Hold all categories against the marketplaces now."""
    count = services.categories_verify()
    messages.success(
        request, f"{count} categories changed." if count else "All categories are as they were."
    )
    return redirect(request, reverse("channels:categories"))
