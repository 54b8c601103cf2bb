"""Pages below /fitment/."""

from __future__ import annotations

from django.urls import path

from fitment.web import aces, find, lists, queue, upkeep, views

app_name = "fitment"
urlpatterns = [
    path("", views.index, name="index"),
    path("aces/", aces.files, name="aces"),
    path("aces/mapping/", aces.mapping_send, name="aces-mapping"),
    path("aces/export/", aces.export, name="aces-export"),
    path("aces/export/file/", aces.export_file, name="aces-export-file"),
    path("aces/<uuid:upload_id>/", aces.upload, name="aces-upload"),
    path("aces/<uuid:upload_id>/answer/", aces.answer, name="aces-answer"),
    path("quarantine/", aces.quarantine, name="quarantine"),
    path("quarantine/choices/", aces.choices, name="quarantine-choices"),
    path("quarantine/map/", aces.map_code, name="quarantine-map"),
    path("checks/", upkeep.checks, name="checks"),
    path("checks/run/", upkeep.checks_run, name="checks-run"),
    path("checks/<uuid:finding_id>/", upkeep.finding_answer, name="finding"),
    path("vehicles/", upkeep.vehicles, name="vehicles"),
    path("vehicles/merge/", upkeep.merge, name="merge"),
    path("vehicles/merge/<uuid:merge_id>/undo/", upkeep.merge_undo, name="merge-undo"),
    path("vehicles/add/", upkeep.vehicle_add, name="vehicle-add"),
    path("find/", find.find, name="find"),
    path("find/drawer/", find.drawer, name="find-drawer"),
    path("find/go/", find.go, name="find-go"),
    path("find/garage/<uuid:vehicle_id>/out/", find.garage_out, name="garage-out"),
    path("names/", find.names, name="names"),
    path("lists/", lists.lists, name="lists"),
    path("lists/remove/", lists.remove, name="list-remove"),
    path("<uuid:listing_id>/expand/", lists.expand, name="expand"),
    path("queue/", queue.next_part, name="queue"),
    path("queue/<uuid:listing_id>/", queue.part, name="queue-part"),
    path("queue/<uuid:listing_id>/decide/", queue.decide, name="queue-decide"),
    path("queue/<uuid:listing_id>/undo/", queue.undo, name="queue-undo"),
    path("queue/<uuid:listing_id>/<uuid:fitment_id>/correct/", queue.correct, name="queue-correct"),
    path("sets/", upkeep.sets, name="sets"),
    path("sets/<uuid:set_id>/", upkeep.fitment_set, name="set"),
    path("drafts/read/", upkeep.drafts_read, name="drafts-read"),
    path("<uuid:listing_id>/paste/", upkeep.paste, name="paste"),
    path("<uuid:listing_id>/doubt/", upkeep.doubt, name="doubt"),
    path("<uuid:listing_id>/equals/", upkeep.equals, name="equals"),
    path("<uuid:listing_id>/set/", upkeep.set_use, name="set-use"),
    path("<uuid:listing_id>/export/<str:form>/", upkeep.export, name="export"),
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
