from __future__ import annotations

from django.urls import path

from listings.api import (
    bulk_views,
    file_views,
    merge_views,
    pricing,
    saved_views,
    search_views,
    views,
)

urlpatterns = [
    path("settings/pricing-rules/preview", pricing.PricingPreviewView.as_view()),
    path("settings/pricing-rules/apply", pricing.PricingApplyView.as_view()),
    path("settings/pricing-rules/runs/<uuid:run_id>/undo", pricing.PricingUndoView.as_view()),
    path("listings", views.ListingListView.as_view()),
    path("listings/search", search_views.SearchView.as_view()),
    path("listings/facets", search_views.FacetView.as_view()),
    path("listings/suggest", search_views.SuggestView.as_view()),
    path("listings/searches", saved_views.SavedSearchListView.as_view()),
    path("listings/searches/<uuid:search_id>", saved_views.SavedSearchView.as_view()),
    path("listings/trash", search_views.TrashView.as_view()),
    path("listings/import", file_views.ImportView.as_view()),
    path("listings/import/<uuid:run_id>/apply", file_views.ImportApplyView.as_view()),
    path("listings/import/<uuid:run_id>/undo", file_views.ImportUndoView.as_view()),
    path("listings/import/<uuid:run_id>/refused", file_views.ImportRefusedView.as_view()),
    path("listings/export", file_views.ExportView.as_view()),
    path("listings/export/template", file_views.TemplateView.as_view()),
    path("listings/bulk", bulk_views.BulkView.as_view()),
    path("listings/bulk/preview", bulk_views.BulkPreviewView.as_view()),
    path("listings/bulk/<uuid:run_id>/undo", bulk_views.BulkUndoView.as_view()),
    path("listings/merge", merge_views.MergeView.as_view()),
    path("listings/merge/preview", merge_views.MergePreviewView.as_view()),
    path("listings/merges/<uuid:merge_id>/undo", merge_views.MergeUndoView.as_view()),
    path("listings/proposals/<uuid:proposal_id>/take", views.ProposalTakeView.as_view()),
    path("listings/proposals/<uuid:proposal_id>/drop", views.ProposalDropView.as_view()),
    path("listings/<uuid:listing_id>", views.ListingView.as_view()),
    path("listings/<uuid:listing_id>/status", views.ListingStatusView.as_view()),
    path("listings/<uuid:listing_id>/restore", views.ListingRestoreView.as_view()),
    path("listings/<uuid:listing_id>/revisions", views.RevisionListView.as_view()),
    path(
        "listings/<uuid:listing_id>/revisions/<int:revision>/restore",
        views.RevisionRestoreView.as_view(),
    ),
    path("listings/<uuid:listing_id>/health", views.HealthView.as_view()),
    path("listings/<uuid:listing_id>/proposals", views.ProposalListView.as_view()),
]
