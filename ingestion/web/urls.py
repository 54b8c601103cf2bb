from __future__ import annotations

from django.urls import path

from ingestion.web import groups, intake, library, part, review, sheets

app_name = "ingestion"
urlpatterns = [
    path("", intake.index, name="index"),
    path("jobs/<uuid:job_id>/", intake.job, name="job"),
    path("jobs/<uuid:job_id>/cancel/", intake.job_cancel, name="job-cancel"),
    path("jobs/<uuid:job_id>/retry/", intake.job_retry, name="job-retry"),
    path("jobs/<uuid:job_id>/groups/", groups.groups, name="groups"),
    path("jobs/<uuid:job_id>/groups/save/", groups.save, name="groups-save"),
    path("spending/", intake.spending, name="spending"),
    path("parts/<uuid:listing_id>/", part.panel, name="panel"),
    path("parts/<uuid:listing_id>/order/", part.order, name="photos-order"),
    path("photos/<uuid:asset_id>/main/", part.main, name="photo-main"),
    path("photos/<uuid:asset_id>/turn/", part.turn, name="photo-turn"),
    path("photos/<uuid:asset_id>/crop/", part.crop, name="photo-crop"),
    path("photos/<uuid:asset_id>/delete/", part.delete, name="photo-delete"),
    path("sheets/new/", sheets.new, name="sheet-new"),
    path("sheets/<uuid:run_id>/", sheets.sheet, name="sheet"),
    path("rows/<uuid:row_id>/", sheets.row, name="row"),
    path("rows/<uuid:row_id>/again/", sheets.row_again, name="row-again"),
    path("rows/<uuid:row_id>/describe/", sheets.row_describe, name="row-describe"),
    path("rows/<uuid:row_id>/car/", sheets.row_car, name="row-car"),
    path("numbers/", sheets.numbers, name="numbers"),
    path("library/", library.library, name="library"),
    path("library/attach/", library.attach, name="library-attach"),
    path("review/", review.queue, name="review"),
    path("review/<uuid:result_id>/", review.one, name="review-one"),
    path("review/<uuid:result_id>/title/", review.title, name="review-title"),
    path("review/<uuid:result_id>/approve/", review.approve, name="review-approve"),
    path("review/<uuid:result_id>/stock/", review.add_to_stock, name="review-stock"),
    path("learned/", review.learned, name="learned"),
    path("learned/<uuid:alias_id>/undo/", review.learned_undo, name="learned-undo"),
    path("review/<uuid:result_id>/reject/", review.reject, name="review-reject"),
]
