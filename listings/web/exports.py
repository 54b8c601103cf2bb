"""A search as a download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from listings.files.export import ExportFormat, export_bytes
from listings.selectors.address import search_of
from listings.selectors.export import (
    export_aspects,
    export_hits,
    export_listings,
    export_vehicles,
)
from realtrack.core.errors import InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import requires, user_of

if TYPE_CHECKING:
    from listings.selectors import SearchRequest
    from settings_app.models import User

CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@requires(Right.LISTINGS_VIEW)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The parts that the catalog shows for this address, as a file of `format`."""
    asked = request.GET.get("format", ExportFormat.CSV.value)
    if asked not in set(ExportFormat):
        raise InvalidInput(fields={"format": f"One of: {', '.join(ExportFormat)}."})
    return export_response(ExportFormat(asked), search_of(request.GET), user=user_of(request))


def export_response(
    kind: ExportFormat, search: SearchRequest, *, user: User
) -> StreamingHttpResponse:
    """The file as it is written. The search is checked before the first byte."""
    hits = export_hits(search, user=user)
    aspects = export_aspects(hits) if kind is ExportFormat.EBAY else []
    is_xlsx = kind is ExportFormat.XLSX
    response = StreamingHttpResponse(
        export_bytes(kind, export_listings(hits), aspects, export_vehicles),
        content_type=XLSX_TYPE if is_xlsx else f"{CSV_TYPE}; charset=utf-8",
    )
    name = f"parts-{kind.value}-{timezone.localdate():%Y-%m-%d}.{'xlsx' if is_xlsx else 'csv'}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
