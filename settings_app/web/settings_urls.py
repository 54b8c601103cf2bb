from __future__ import annotations

from django.urls import path

from settings_app.web import pages

app_name = "settings"
urlpatterns = [
    path("", pages.index, name="index"),
    path("users/add/", pages.user_add, name="user-add"),
    path("users/<uuid:user_id>/", pages.user_change, name="user-change"),
    path("<slug:category>/<slug:key>/", pages.save, name="save"),
    path("<slug:category>/<slug:key>/undo/", pages.reset, name="reset"),
]
