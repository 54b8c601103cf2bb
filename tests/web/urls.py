"""The project's addresses, the kit page, and a page with one of each behaviour to press."""

from __future__ import annotations

import json
import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from realtrack.core.web.render import render_page, toast, trigger
from realtrack.urls import handler400, handler403, handler404, handler500
from realtrack.urls import urlpatterns as project_urls

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

_PAGE = """{% extends "base.html" %}{% load rt %}
{% block heading %}Behaviours{% endblock %}
{% block content %}<div class="pad col-f g12">
<section><div data-error id="near"></div>
<button class="btn" id="fail" hx-get="/answer/409/" hx-target="#out">Fail</button>
<button class="btn" id="bare" hx-get="/answer/500/" hx-target="#out">Break</button></section>
<button class="btn" id="change" data-key="c" hx-post="/answer/200/" hx-target="#out">Change</button>
<button class="btn" id="end" hx-post="/answer/200/" hx-target="#out"
  data-confirm="End 14 listings" data-confirm-text="They leave eBay at once.">End</button>
<div id="out">as it was</div>
<div id="live" hx-get="/answer/200/" hx-trigger="changed:orders from:body">not yet</div>
<div id="fresh" data-sortable="/order/"><span data-id="a" tabindex="0">a</span>
<span data-id="b" tabindex="0">b</span></div>
<input type="hidden" name="version" value="7" data-include>
{% field "weight" "Weight, lb" "6.2" kind="number" save_url="/save/" %}
{% field "side" "Side" "left" kind="select" options=sides save_url="/save/" %}
{% upload mode="single" job_url=job_url upload_url=upload_url confirm_url=confirm_url %}
</div>{% endblock %}"""
_FIELD = (
    "{% load rt %}"
    '{% field "weight" "Weight, lb" value kind="number" save_url="/save/" error=error %}'
)
_seen: list[dict[str, object]] = []


def kit(request: HttpRequest) -> HttpResponse:
    return render_page(request, "kit.html", partial="drawer")


def behaviours(request: HttpRequest) -> HttpResponse:
    page = engines["django"].from_string(_PAGE)
    values = {
        "sides": [("left", "Left"), ("right", "Right")],
        "job_url": "/contract/jobs",
        "upload_url": "/contract/upload-url",
        "confirm_url": "/contract/confirm",
    }
    return HttpResponse(page.render(values, request))


def answer(request: HttpRequest, status: int) -> HttpResponse:
    """Answer with any status: a fragment of a fault, bare text for 500, a toast when it is fine."""
    if status == 500:
        return HttpResponse("Traceback", status=status, content_type="text/plain")
    if status >= 400:
        return HttpResponse(f'<div class="slot-in">refused with {status}</div>', status=status)
    response = HttpResponse("<b>swapped</b>")
    return (
        toast(response, "Changed 3 parts.", undo_url="/undo/")
        if request.method == "POST"
        else response
    )


def seen(request: HttpRequest) -> HttpResponse:
    """Note what came, so that a test can ask for it."""
    _seen.append({"path": request.path, "data": dict(request.POST.lists())})
    return trigger(HttpResponse(status=204), "noted")


def noted(request: HttpRequest) -> JsonResponse:
    """Tell and forget what came since the last question."""
    found = list(_seen)
    _seen.clear()
    return JsonResponse({"seen": found})


def save(request: HttpRequest) -> HttpResponse:
    """Save a field as pages do: 422 with the fault, or the field once more."""
    _seen.append({"path": request.path, "data": dict(request.POST.lists())})
    value = request.POST.get("weight", "")
    fault = "" if value.replace(".", "").isdigit() else "Type a number, such as 6.2"
    field = engines["django"].from_string(_FIELD).render({"value": value, "error": fault}, request)
    return HttpResponse(field, status=422 if fault else 200)


def upload_url(request: HttpRequest) -> JsonResponse:
    """The upload contract, first step; a file named "no" is refused."""
    body = json.loads(request.body)
    _seen.append({"path": request.path, "data": body})
    if body["filename"].startswith("no"):
        fault = {"code": "invalid", "detail": "This is no photo.", "attr": "mimeType"}
        return JsonResponse({"type": "client_error", "errors": [fault]}, status=400)
    asset = str(uuid.uuid4())
    return JsonResponse(
        {
            "uploadUrl": f"/contract/put/{asset}",
            "method": "PUT",
            "headers": {"Content-Type": body["mimeType"]},
            "s3Key": asset,
            "assetId": asset,
            "expiresAt": "2030-01-01T00:00:00Z",
        }
    )


@csrf_exempt  # a signed address needs no session
def put(request: HttpRequest, asset: str) -> HttpResponse:
    """The second step: the bytes, with just the signed headers."""
    _seen.append(
        {
            "path": "/contract/put/",
            "data": {
                "size": len(request.body),
                "type": request.headers.get("Content-Type"),
                "csrf": "X-CSRFToken" in request.headers,
                "asset": asset,
            },
        }
    )
    return HttpResponse(status=200)


def contract_json(request: HttpRequest) -> JsonResponse:
    """The last steps: confirm, then the job."""
    body = json.loads(request.body)
    _seen.append({"path": request.path, "data": body})
    if request.path.endswith("confirm"):
        return JsonResponse({"asset": {"id": body["assetId"]}})
    return JsonResponse({"jobId": "j1", "reviewUrl": "/kit/?from=job"}, status=202)


urlpatterns = [
    path("kit/", kit),
    path("behaviours/", behaviours),
    path("answer/<int:status>/", answer),
    path("undo/", seen),
    path("order/", seen),
    path("noted/", noted),
    path("save/", save),
    path("contract/upload-url", upload_url),
    path("contract/put/<str:asset>", put),
    path("contract/confirm", contract_json),
    path("contract/jobs", contract_json),
    *project_urls,
]
