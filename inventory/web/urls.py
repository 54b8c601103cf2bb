from __future__ import annotations

from django.urls import path

from inventory.web import views

app_name = "inventory"
urlpatterns = [
    path("", views.index, name="index"),
    path("parts/<uuid:listing_id>/", views.panel, name="panel"),
    path("parts/<uuid:listing_id>/count/", views.count, name="count"),
    path("parts/<uuid:listing_id>/step/", views.step, name="step"),
    path("parts/<uuid:listing_id>/adjust/", views.adjust, name="adjust"),
    path("parts/<uuid:listing_id>/place/", views.place, name="place"),
    path("parts/<uuid:listing_id>/threshold/", views.threshold, name="threshold"),
    path("reconcile/", views.reconcile, name="reconcile"),
    path("events/<uuid:event_id>/undo/", views.undo, name="undo"),
]
