from __future__ import annotations

from django.urls import path

from inventory.api import donor_views, views

urlpatterns = [
    path("inventory/low-stock", views.LowStockView.as_view()),
    path("inventory/events", views.EventListView.as_view()),
    path("inventory/reconcile", views.ReconcileView.as_view()),
    path("inventory/duplicates", views.DuplicateView.as_view()),
    path("inventory/donors", donor_views.DonorListView.as_view()),
    path("inventory/donors/<uuid:donor_id>", donor_views.DonorView.as_view()),
    path("inventory/donors/<uuid:donor_id>/teardown", donor_views.TeardownView.as_view()),
    path("inventory/teardown-templates", donor_views.TemplateListView.as_view()),
    path("inventory/<uuid:listing_id>", views.StockView.as_view()),
    path("inventory/<uuid:listing_id>/adjust", views.AdjustView.as_view()),
    path("inventory/<uuid:listing_id>/reserve", views.ReserveView.as_view()),
    path("inventory/<uuid:listing_id>/release", views.ReleaseView.as_view()),
    path("inventory/<uuid:listing_id>/place", views.PlaceView.as_view()),
    path("inventory/<uuid:listing_id>/threshold", views.ThresholdView.as_view()),
]
