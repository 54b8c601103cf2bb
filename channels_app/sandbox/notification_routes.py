"""Routes of the Notification API."""

from __future__ import annotations

from channels_app.sandbox import notifications as api
from channels_app.sandbox.http import Route

_APP = (
    ("updateConfig", "PUT", "/config", api.put_config, api.CONFIG),
    ("getConfig", "GET", "/config", api.get_config, None),
    ("getTopics", "GET", "/topic", api.list_topics, None),
    ("getTopic", "GET", "/topic/{id}", api.get_topic, None),
    ("createDestination", "POST", "/destination", api.create_destination, api.DESTINATION),
    ("getDestinations", "GET", "/destination", api.list_destinations, None),
    ("getDestination", "GET", "/destination/{id}", api.get_destination, None),
    ("updateDestination", "PUT", "/destination/{id}", api.put_destination, api.DESTINATION),
    ("deleteDestination", "DELETE", "/destination/{id}", api.delete_destination, None),
    ("getPublicKey", "GET", "/public_key/{kid}", api.public_key, None),
)
_ANY = (
    ("createSubscription", "POST", "/subscription", api.create_subscription, api.SUBSCRIPTION),
    ("getSubscriptions", "GET", "/subscription", api.list_subscriptions, None),
    ("getSubscription", "GET", "/subscription/{id}", api.get_subscription, None),
    ("deleteSubscription", "DELETE", "/subscription/{id}", api.delete_subscription, None),
    ("enableSubscription", "POST", "/subscription/{id}/enable", api.enable, None),
    ("disableSubscription", "POST", "/subscription/{id}/disable", api.disable, None),
    ("testSubscription", "POST", "/subscription/{id}/test", api.test, None),
)
ROUTES = [
    Route(
        name=name,
        method=method,
        pattern=api.PATH + path,
        handler=handler,
        spec=spec,
        token=kind,
        resource="commerce.notification",
    )
    for kind, calls in (("app", _APP), ("any", _ANY))
    for name, method, path, handler, spec in calls
]
