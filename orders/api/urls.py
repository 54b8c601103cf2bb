from __future__ import annotations

from django.urls import path

from orders.api import manual, papers, views

urlpatterns = [
    path("orders", manual.OrdersView.as_view()),
    path("orders/sums", manual.SumsView.as_view()),
    path("orders/stats", views.StatsView.as_view()),
    path("orders/<uuid:order_id>", views.OrderView.as_view()),
    path("orders/<uuid:order_id>/papers/<str:paper>", papers.PaperView.as_view()),
    path("orders/<uuid:order_id>/status", views.StatusView.as_view()),
    path("orders/<uuid:order_id>/shipping", views.ShippingView.as_view()),
    path("orders/<uuid:order_id>/refund", views.RefundView.as_view()),
    path("orders/<uuid:order_id>/items/<uuid:item_id>/match", views.MatchView.as_view()),
]
