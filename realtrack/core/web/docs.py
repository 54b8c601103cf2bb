"""The API's description as a page of ours: no CDN, no inline script, the same CSP as everywhere."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator

from realtrack.core.rights import Right
from realtrack.core.web.access import requires
from realtrack.core.web.render import render_page

_METHODS = ("get", "post", "put", "patch", "delete")


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """Return the OpenAPI document; it cannot change while the process lives."""
    document: dict[str, Any] = SchemaGenerator().get_schema(  # type: ignore[no-untyped-call]  # of the library
        request=None, public=True
    )
    return document


@require_GET
@requires(Right.OWN_ACCOUNT)
def api_docs(request: HttpRequest) -> HttpResponse:
    """Every operation by area, with parameters, body and answers."""
    areas: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema()["paths"].items():
        for method in _METHODS:
            if method in methods:
                operation = methods[method]
                areas.setdefault(operation["tags"][0], []).append(
                    _operation(path, method, operation)
                )
    wanted = request.GET.get("area", "")
    return render_page(
        request,
        "core/api_docs.html",
        {
            "areas": sorted(areas),
            "area": wanted if wanted in areas else min(areas),
            "operations": areas.get(wanted) or areas[min(areas)],
        },
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    bodies: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    body = _first_schema(bodies)
    good = next((key for key in operation["responses"] if key.startswith("2")), "")
    answers: dict[str, Any] = operation["responses"].get(good, {}).get("content", {})
    answer = _first_schema(answers)
    return {
        "path": path,
        "method": method.upper(),
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [
            {
                "name": one["name"],
                "place": one["in"],
                "required": one.get("required", False),
                "type": one.get("schema", {}).get("type", ""),
            }
            for one in operation.get("parameters", [])
        ],
        "body": _example(body) if body else "",
        "status": good,
        "answer": _example(answer) if answer else "",
    }


def _first_schema(contents: dict[str, Any]) -> dict[str, Any] | None:
    for content in contents.values():
        found: dict[str, Any] | None = content.get("schema")
        return found
    return None


def _example(part: dict[str, Any]) -> str:
    return json.dumps(_resolve(part, depth=0), indent=2, ensure_ascii=False)


def _resolve(part: dict[str, Any], *, depth: int) -> Any:
    if depth > 6:
        return "…"
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return _resolve(schema()["components"]["schemas"].get(name, {}), depth=depth + 1)
    for key in ("allOf", "oneOf", "anyOf"):
        if part.get(key):
            return _resolve(part[key][0], depth=depth + 1)
    if part.get("enum"):
        return " | ".join(str(one) for one in part["enum"] if one is not None)
    if part.get("type") == "array":
        return [_resolve(part.get("items", {}), depth=depth + 1)]
    if "properties" in part:
        return {
            name: _resolve(inner, depth=depth + 1) for name, inner in part["properties"].items()
        }
    return part.get("format") or part.get("type") or "any"
