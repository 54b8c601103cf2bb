from __future__ import annotations

from django.urls import path

from ingestion.api import rows, uploads, views

urlpatterns = [
    path("storage/upload-url", uploads.UploadUrlView.as_view()),
    path("storage/bulk-upload-urls", uploads.BulkUploadUrlsView.as_view()),
    path("storage/import-url", uploads.ImportUrlView.as_view()),
    path("storage/confirm", uploads.ConfirmView.as_view()),
    path("storage/put/<str:token>", uploads.put_view, name="storage-put"),
    path("storage/listing/<uuid:listing_id>", uploads.ListingPhotosView.as_view()),
    path("storage/<uuid:asset_id>", uploads.AssetView.as_view()),
    path("ingestion/upload-url", uploads.UploadUrlView.as_view()),
    path("ingestion/jobs", views.JobListView.as_view()),
    path("ingestion/jobs/<uuid:job_id>", views.JobView.as_view()),
    path("ingestion/jobs/<uuid:job_id>/retry", views.JobRetryView.as_view()),
    path("ingestion/jobs/<uuid:job_id>/cancel", views.JobCancelView.as_view()),
    path("ingestion/jobs/<uuid:job_id>/groups", views.JobGroupsView.as_view()),
    path("ingestion/spending", views.SpendingView.as_view()),
    path("ingestion/review", views.ReviewListView.as_view()),
    path("ingestion/review/<uuid:review_id>/approve", views.ApproveView.as_view()),
    path("ingestion/review/<uuid:review_id>/stock", views.AddToStockView.as_view()),
    path("ingestion/review/<uuid:review_id>/reject", views.RejectView.as_view()),
    path("ingestion/sheets", rows.SheetListView.as_view()),
    path("ingestion/sheets/<uuid:run_id>", rows.SheetView.as_view()),
    path("ingestion/rows/<uuid:row_id>", rows.RowView.as_view()),
    path("ingestion/rows/<uuid:row_id>/again", rows.RowAgainView.as_view()),
    path("ingestion/rows/<uuid:row_id>/car", rows.RowCarView.as_view()),
    path("ingestion/numbers", rows.NumberListView.as_view()),
    path("ingestion/library", rows.LibraryView.as_view()),
    path("ingestion/library/attach", rows.LibraryAttachView.as_view()),
    path("ingestion/stats", views.StatsView.as_view()),
]
