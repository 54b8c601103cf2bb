from __future__ import annotations

from django.urls import path

from inventory.web import donors, finish, views

app_name = "inventory"
urlpatterns = [
    path("", views.index, name="index"),
    path("parts/<uuid:listing_id>/", views.panel, name="panel"),
    path("parts/<uuid:listing_id>/count/", views.count, name="count"),
    path("parts/<uuid:listing_id>/step/", views.step, name="step"),
    path("parts/<uuid:listing_id>/adjust/", views.adjust, name="adjust"),
    path("parts/<uuid:listing_id>/place/", views.place, name="place"),
    path("parts/<uuid:listing_id>/threshold/", views.threshold, name="threshold"),
    path("donors/", donors.donors, name="donors"),
    path("donors/new/", donors.donor_new, name="donor-new"),
    path("donors/vin/", donors.vin, name="vin"),
    path("donors/<uuid:donor_id>/", donors.donor, name="donor"),
    path("donors/<uuid:donor_id>/edit/", donors.donor_edit, name="donor-edit"),
    path("donors/<uuid:donor_id>/teardown/", donors.teardown, name="teardown"),
    path("donors/<uuid:donor_id>/finish/", finish.finish, name="finish"),
    path("donors/<uuid:donor_id>/finish/all/", finish.finish_all, name="finish-all"),
    path("donors/<uuid:donor_id>/pull/", donors.pull, name="pull"),
    path("donors/<uuid:donor_id>/labels.pdf", donors.part_labels, name="labels"),
    path(
        "donors/<uuid:donor_id>/parts/<uuid:listing_id>/pull/", donors.part_pull, name="part-pull"
    ),
    path(
        "donors/<uuid:donor_id>/parts/<uuid:listing_id>/scrap/",
        donors.part_scrap,
        name="part-scrap",
    ),
    path("reconcile/", views.reconcile, name="reconcile"),
    path("events/<uuid:event_id>/undo/", views.undo, name="undo"),
]
