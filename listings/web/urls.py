from __future__ import annotations

from django.urls import path, register_converter

from listings.web import (
    bulk,
    catalog,
    desk,
    exports,
    history,
    imports,
    merging,
    new_part,
    part,
    pricing,
)


class BulkAct:
    """The bulk acts that there are."""

    regex = "edit|price|status|trash"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Verdict(BulkAct):
    """What a person says to a proposal."""

    regex = "take|drop"


register_converter(BulkAct, "bulk_act")
register_converter(Verdict, "verdict")

app_name = "listings"
urlpatterns = [
    path("", catalog.catalog, name="list"),
    path("new/", new_part.new, name="new"),
    path("new/draft/", new_part.new_draft, name="new-draft"),
    path("duplicates/", new_part.duplicates, name="duplicates"),
    path("facets/", catalog.facets, name="facets"),
    path("narrow/", catalog.sheet, name="narrow"),
    path("look/", desk.look, name="look"),
    path("trash/", desk.trash, name="trash"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<uuid:run_id>/", imports.import_detail, name="import"),
    path("imports/<uuid:run_id>/apply/", imports.import_apply, name="import-apply"),
    path("imports/<uuid:run_id>/columns/", imports.import_columns, name="import-columns"),
    path("imports/<uuid:run_id>/refused/", imports.import_refused, name="import-refused"),
    path("imports/<uuid:run_id>/undo/", imports.import_undo, name="import-undo"),
    path(
        "imports/presets/<uuid:preset_id>/delete/",
        imports.import_preset_delete,
        name="import-preset-delete",
    ),
    path("export/", exports.export, name="export"),
    path("export/template/", exports.template, name="export-template"),
    path("saved/", desk.saved, name="saved"),
    path("saved/numbers/", desk.saved_numbers, name="saved-numbers"),
    path("saved/<uuid:search_id>/", desk.saved_change, name="saved-change"),
    path("saved/<uuid:search_id>/delete/", desk.saved_delete, name="saved-delete"),
    path("bulk/<bulk_act:act>/", bulk.bulk, name="bulk"),
    path("bulk/<uuid:run_id>/undo/", bulk.undo, name="bulk-undo"),
    path("merge/", merging.merge_parts, name="merge-parts"),
    path("merge/chosen/", merging.chosen, name="merge-chosen"),
    path("merge/<uuid:merge_id>/undo/", merging.undo, name="merge-undo"),
    path("pricing/", pricing.pricing, name="pricing"),
    path("pricing/apply/", pricing.pricing_apply, name="pricing-apply"),
    path("pricing/<uuid:run_id>/undo/", pricing.pricing_undo, name="pricing-undo"),
    path("proposals/<uuid:proposal_id>/<verdict:verdict>/", history.proposal, name="proposal"),
    path("<uuid:listing_id>/", part.detail, name="detail"),
    path("<uuid:listing_id>/edit/", part.edit, name="edit"),
    path("<uuid:listing_id>/quick/", desk.quick, name="quick"),
    path("<uuid:listing_id>/cell/", desk.cell, name="cell"),
    path("<uuid:listing_id>/field/", part.field_save, name="field"),
    path("<uuid:listing_id>/draft/", new_part.draft, name="draft"),
    path("<uuid:listing_id>/description/", history.description, name="description"),
    path("<uuid:listing_id>/preview/", history.preview, name="preview"),
    path("<uuid:listing_id>/merge/", part.merge, name="merge"),
    path("<uuid:listing_id>/status/", part.status, name="status"),
    path("<uuid:listing_id>/delete/", part.delete, name="delete"),
    path("<uuid:listing_id>/restore/", part.restore, name="restore"),
    path("<uuid:listing_id>/copy/", new_part.copy, name="copy"),
    path("<uuid:listing_id>/history/", history.history, name="history"),
    path(
        "<uuid:listing_id>/history/<int:revision>/restore/",
        history.revision_restore,
        name="revision-restore",
    ),
]
