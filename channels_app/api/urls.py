from __future__ import annotations

from django.urls import path

from channels_app.api import planning, views, webhooks

urlpatterns = [
    path("channels", views.ChannelListView.as_view()),
    path("channels/publish", views.PublishView.as_view()),
    path("channels/preview", planning.PreviewView.as_view()),
    path("channels/schedule", planning.ScheduleView.as_view()),
    path("channels/limits", planning.LimitsView.as_view()),
    path("channels/sync", views.SyncView.as_view()),
    path("channels/end", views.EndView.as_view()),
    path("channels/webhooks/ebay", webhooks.EbayWebhookView.as_view()),
    path("channels/<uuid:connection_id>", views.ChannelView.as_view()),
    path("channels/<uuid:connection_id>/test", views.ChannelTestView.as_view()),
    path("channels/<uuid:connection_id>/options", views.ChannelOptionsView.as_view()),
    path("channels/<uuid:connection_id>/locations", views.ChannelLocationView.as_view()),
    path("channels/<uuid:connection_id>/overrides", planning.OverrideView.as_view()),
    path("channels/<uuid:connection_id>/listings", views.ChannelListingsView.as_view()),
    path("channels/<slug:channel>/auth-url", views.AuthUrlView.as_view()),
    path("channels/<slug:channel>/callback", views.CallbackView.as_view(), name="channel-callback"),
]
