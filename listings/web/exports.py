"""A search as a download: in our own forms, or filled into a template that a person sends."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from listings.files.book import MAX_FILE
from listings.files.export import ExportFormat, export_bytes
from listings.files.tables import FileRefused
from listings.files.template import Filling, spooled, template_fill
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
from realtrack.core.web.render import render_page

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

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


@require_http_methods(["GET", "POST"])
@requires(Right.LISTINGS_VIEW)
def template(request: HttpRequest) -> HttpResponseBase:
    """The parts of this address in a category template: `step=check` tells what would be filled."""
    user = user_of(request)
    search = search_of(request.GET)
    context: dict[str, object] = {
        "query": request.GET.urlencode(),
        "total": export_hits(search, user=user).count(),
    }
    if request.method == "GET":
        return render_page(request, "listings/export_template.html", context)
    try:
        target, filling, name = template_filled(request.FILES.get("file"), search, user=user)
    except InvalidInput as error:
        texts = [text for found in error.fields.values() for text in found]
        context["fault"] = " ".join(texts) or error.message
        return render_page(
            request, "listings/export_template.html", context, partial="outcome", status=422
        )
    if request.POST.get("step") == "check":
        target.close()
        context["filling"] = filling
        return render_page(request, "listings/export_template.html", context, partial="outcome")
    return template_response(target, filling, name)


def template_filled(
    upload: UploadedFile[Any] | None, search: SearchRequest, *, user: User
) -> tuple[IO[bytes], Filling, str]:
    """The template filled with what the search finds: an open file, what came of it, its name.

    Raises `InvalidInput` naming `file`.
    """
    if upload is None or not upload.name:
        raise InvalidInput(fields={"file": "Choose the template that you downloaded."})
    if (upload.size or 0) > MAX_FILE:
        raise InvalidInput(fields={"file": f"At most {MAX_FILE // 1024**2} MB."})
    hits = export_hits(search, user=user)
    target = spooled()
    try:
        with tempfile.NamedTemporaryFile() as copy:
            for chunk in upload.chunks():
                copy.write(chunk)
            copy.flush()
            filling = template_fill(
                Path(copy.name),
                name=upload.name,
                read=lambda: export_listings(hits),
                vehicles_of=export_vehicles,
                target=target,
            )
    except FileRefused as error:
        target.close()
        raise InvalidInput(fields={"file": str(error)}) from error
    except BaseException:
        target.close()
        raise
    return target, filling, upload.name


def template_response(target: IO[bytes], filling: Filling, name: str) -> FileResponse:
    """The filled template as a download under its own name."""
    target.seek(0)
    stem = "".join(c if c.isalnum() or c in "-_. " else "_" for c in Path(name).stem)
    ending = "xlsx" if filling.is_xlsx else "csv"
    response = FileResponse(
        target,
        as_attachment=True,
        filename=f"{stem}-filled.{ending}",
        content_type=XLSX_TYPE if filling.is_xlsx else f"{CSV_TYPE}; charset=utf-8",
    )
    response["Cache-Control"] = "no-store"
    response["X-Parts"] = str(filling.parts)
    response["X-Left-Out"] = str(filling.left_out_count)
    return response
