from __future__ import annotations

from django.urls import path

from orders.web import matching, new, papers, views

app_name = "orders"
urlpatterns = [
    path("", views.order_list, name="list"),
    path("new/", new.order_new, name="new"),
    path("new/lines/", new.new_lines, name="new-lines"),
    path("new/sums/", new.new_sums, name="new-sums"),
    path("new/parts/", new.new_parts, name="new-parts"),
    path("unmatched/", matching.unmatched, name="unmatched"),
    path("pick/", views.orders_pick, name="pick"),
    path("items/<uuid:item_id>/candidates/", matching.candidates, name="candidates"),
    path("items/<uuid:item_id>/match/", matching.match, name="match"),
    path("<uuid:order_id>/", views.order_detail, name="detail"),
    path("<uuid:order_id>/papers/<str:paper>/", papers.paper_page, name="paper"),
    path("<uuid:order_id>/papers/<str:paper>/pdf/", papers.paper_file, name="paper-file"),
    path("<uuid:order_id>/move/", views.order_move, name="move"),
    path("<uuid:order_id>/ship/", views.order_ship, name="ship"),
    path("<uuid:order_id>/buyer/", views.order_buyer, name="buyer"),
]
