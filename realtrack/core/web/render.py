"""Render a page whole or the fragment of it that htmx asked for, and say things in toasts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def wants_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asked for a part of the page: not when boosted, not for a history restore."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    partial: str = "",
    status: int = 200,
) -> HttpResponse:
    """Return the whole page, or its partial `partial` (django-template-partials) for htmx.

    The two come from the same template, so that they cannot differ; `Vary: HX-Request` keeps
    caches from mixing them.
    """
    name = f"{template}#{partial}" if partial and wants_fragment(request) else template
    response = render(request, name, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def reload_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Have htmx load the whole page anew: what the fragment says has changed the bar as well."""
    if wants_fragment(request):
        response["HX-Refresh"] = "true"
    return response


def toast(
    response: HttpResponse,
    text: str,
    *,
    kind: str = "ok",
    undo_url: str = "",
) -> HttpResponse:
    """Add a toast to an htmx answer; `undo_url` is POSTed by its Undo button (Z) within 20 s."""
    trigger(response, "toast", {"text": text, "kind": kind, "undoUrl": undo_url})
    return response


def trigger(response: HttpResponse, name: str, detail: Any = None) -> HttpResponse:
    """Add an event to `HX-Trigger`, keeping those that are there."""
    present = json.loads(response.get("HX-Trigger", "{}"))
    present[name] = detail
    response["HX-Trigger"] = json.dumps(present)
    return response


def redirect(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to `url`: by HX-Redirect for htmx, else 303 so that reload does not post."""
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    response = HttpResponse(status=303)
    response["Location"] = url
    return response
