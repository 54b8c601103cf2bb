"""Public photos: by unguessable, content-addressed names that never change their content."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_safe

from ingestion import services
from ingestion.storage.keys import is_variant_name
from realtrack.core.errors import NotFound
from realtrack.core.web.access import public

_FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
@public("Buyers and marketplaces fetch photos; the name is 192 bits that nobody can guess.")
def photo(request: HttpRequest, name: str) -> HttpResponse:
    """A variant, made again where it is missing."""
    if not is_variant_name(name):
        message = "There is no such photo."
        raise NotFound(message)
    tag = f'"{name}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(services.variant_restore(name=name), content_type="image/webp")
    response["Cache-Control"] = _FOR_EVER
    response["ETag"] = tag
    # Marketplaces' and our own pages on other hosts show them.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
