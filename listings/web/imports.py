"""The page of imports: choose a file, check it, import it."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from listings import services
from listings.models import ImportFile
from realtrack.core.errors import InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires
from realtrack.core.web.render import redirect, render_page

_SHOWN = 20


@require_http_methods(["GET", "POST"])
@requires(Right.LISTINGS_EDIT)
def imports(request: HttpRequest) -> HttpResponse:
    """The form and the last imports; a file that was sent leads to its run."""
    fault = ""
    if request.method == "POST":
        try:
            return _start(request)
        except InvalidInput as error:
            texts = [text for found in error.fields.values() for text in found]
            fault = " ".join(texts) or error.message
    files = ImportFile.objects.select_related("run").defer("content").order_by("-created_at")
    context = {"files": files[:_SHOWN], "fault": fault}
    return render_page(request, "listings/imports.html", context, status=400 if fault else 200)


@require_POST
@requires(Right.LISTINGS_EDIT)
def import_apply(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Import the file of a check."""
    run = services.import_apply(run_id=run_id, actor=actor_of(request))
    return redirect(request, reverse("runs:detail", args=[run.pk]))


def _start(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise InvalidInput(fields={"file": "Choose a file."})
    run = services.import_start(
        name=file.name or "file",
        content=file.read(),
        dry_run=request.POST.get("step") != "import",
        actor=actor_of(request),
    )
    return redirect(request, reverse("runs:detail", args=[run.pk]))
