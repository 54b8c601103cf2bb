"""Paths below /api."""

from __future__ import annotations

from django.urls import path

from fitment.api import aces, comparing, interchange, merges, sets, upkeep, views

urlpatterns = [
    path("fitment/makes", views.MakeListView.as_view()),
    path("fitment/makes/<uuid:make_id>/models", views.ModelListView.as_view()),
    path("fitment/models/<uuid:model_id>/years", views.YearListView.as_view()),
    path("fitment/models/<uuid:model_id>/submodels", views.SubmodelListView.as_view()),
    path("fitment/engines", views.EngineListView.as_view()),
    path("fitment/search", views.VehicleSearchView.as_view()),
    path("fitment/vin/<str:vin>", views.VinView.as_view()),
    path("fitment/detect", views.DetectView.as_view()),
    path("fitment/detect-batch", upkeep.DetectBatchView.as_view()),
    path("fitment/findings", upkeep.FindingListView.as_view()),
    path("fitment/findings/<uuid:finding_id>", upkeep.FindingView.as_view()),
    path("fitment/listing/<uuid:listing_id>/compatibility", upkeep.CompatibilityView.as_view()),
    path("fitment/bulk-import", aces.BulkImportView.as_view()),
    path("fitment/aces/mapping", aces.MappingView.as_view()),
    path("fitment/aces/uploads", aces.UploadListView.as_view()),
    path("fitment/aces/uploads/<uuid:upload_id>", aces.UploadView.as_view()),
    path("fitment/aces/uploads/<uuid:upload_id>/rows", aces.UploadRowsView.as_view()),
    path("fitment/aces/uploads/<uuid:upload_id>/answer", aces.UploadAnswerView.as_view()),
    path("fitment/aces/quarantine", aces.QuarantineView.as_view()),
    path("fitment/aces/export", aces.AcesExportView.as_view()),
    path("fitment/interchange/groups", interchange.GroupListView.as_view()),
    path("fitment/interchange/groups/<uuid:group_id>", interchange.GroupView.as_view()),
    path(
        "fitment/interchange/groups/<uuid:group_id>/numbers", interchange.GroupNumbersView.as_view()
    ),
    path("fitment/interchange/groups/<uuid:group_id>/merge", interchange.GroupMergeView.as_view()),
    path("fitment/interchange/groups/<uuid:group_id>/split", interchange.GroupSplitView.as_view()),
    path("fitment/interchange/numbers/<uuid:number_id>", interchange.NumberView.as_view()),
    path("fitment/interchange/import", interchange.InterchangeImportView.as_view()),
    path("fitment/interchange/changes", interchange.ChangeListView.as_view()),
    path("fitment/interchange/changes/<uuid:change_id>/undo", interchange.ChangeUndoView.as_view()),
    path("fitment/interchange/equals", interchange.EqualsView.as_view()),
    path("fitment/merges", merges.MergeListView.as_view()),
    path("fitment/merges/<uuid:merge_id>/undo", merges.MergeUndoView.as_view()),
    path("fitment/sets", sets.SetListView.as_view()),
    path("fitment/sets/<uuid:set_id>", sets.SetView.as_view()),
    path("fitment/sets/<uuid:set_id>/apply", sets.SetUseView.as_view()),
    path("fitment/listing/<uuid:listing_id>/doubt", sets.DoubtView.as_view()),
    path("fitment/listing/<uuid:listing_id>/compare", comparing.CompareView.as_view()),
    path("fitment/listing/<uuid:listing_id>/compact", comparing.CompactView.as_view()),
    path("fitment/listing/<uuid:listing_id>", views.ListingFitmentsView.as_view()),
    path("fitment/<uuid:fitment_id>", views.FitmentView.as_view()),
    path("fitment/<uuid:fitment_id>/verify", views.FitmentVerifyView.as_view()),
]
