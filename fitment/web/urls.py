"""Pages below /fitment/."""

from __future__ import annotations

from django.urls import path

from fitment.web import views

app_name = "fitment"
urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:listing_id>/", views.listing, name="listing"),
    path("<uuid:listing_id>/panel/", views.panel, name="panel"),
    path("<uuid:listing_id>/cascade/", views.cascade, name="cascade"),
    path("<uuid:listing_id>/add/", views.add, name="add"),
    path("<uuid:listing_id>/verify/", views.verify, name="verify"),
    path("<uuid:listing_id>/remove/", views.remove, name="remove"),
    path("<uuid:listing_id>/read/", views.read_words, name="read"),
    path("<uuid:listing_id>/copy/", views.copy, name="copy"),
    path("<uuid:listing_id>/<uuid:fitment_id>/correct/", views.correct, name="correct"),
]
