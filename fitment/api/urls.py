"""Paths below /api."""

from __future__ import annotations

from django.urls import path

from fitment.api import views

urlpatterns = [
    path("fitment/makes", views.MakeListView.as_view()),
    path("fitment/makes/<uuid:make_id>/models", views.ModelListView.as_view()),
    path("fitment/models/<uuid:model_id>/years", views.YearListView.as_view()),
    path("fitment/models/<uuid:model_id>/submodels", views.SubmodelListView.as_view()),
    path("fitment/engines", views.EngineListView.as_view()),
    path("fitment/search", views.VehicleSearchView.as_view()),
    path("fitment/vin/<str:vin>", views.VinView.as_view()),
    path("fitment/detect", views.DetectView.as_view()),
    path("fitment/listing/<uuid:listing_id>", views.ListingFitmentsView.as_view()),
    path("fitment/<uuid:fitment_id>", views.FitmentView.as_view()),
    path("fitment/<uuid:fitment_id>/verify", views.FitmentVerifyView.as_view()),
]
