"""The notification topics that the keyset sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channels_app.sandbox.gate import SCOPE

if TYPE_CHECKING:
    from channels_app.sandbox.errors import Json


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: who may subscribe and in which versions it comes."""

    topic_id: str
    description: str
    context: str
    scope: str
    scopes: tuple[str, ...]
    versions: tuple[str, ...] = ("1.0",)

    def shown(self) -> Json:
        """Return the topic as getTopic does."""
        return {
            "topicId": self.topic_id,
            "description": self.description,
            "authorizationScopes": list(self.scopes),
            "status": "ENABLED",
            "context": self.context,
            "scope": self.scope,
            "supportedPayloads": [
                {
                    "schemaVersion": version,
                    "format": ["JSON"],
                    "deliveryProtocol": "HTTPS",
                    "deprecated": False,
                }
                for version in self.versions
            ],
        }


_FULFILLMENT = (f"{SCOPE}/sell.fulfillment", f"{SCOPE}/sell.fulfillment.readonly")
TOPICS = {
    topic.topic_id: topic
    for topic in (
        Topic(
            "AUTHORIZATION_REVOCATION",
            "A user has revoked the consent given to the application.",
            "AUTHORIZATION",
            "APPLICATION",
            (SCOPE,),
        ),
        Topic("FEEDBACK_LEFT", "Feedback was left.", "FEEDBACK", "USER", (SCOPE,)),
        Topic("FEEDBACK_RECEIVED", "Feedback was received.", "FEEDBACK", "USER", (SCOPE,)),
        Topic(
            "ITEM_MARKED_SHIPPED",
            "An item was marked as shipped.",
            "SHIPPING",
            "USER",
            (f"{SCOPE}/commerce.shipping",),
        ),
        Topic(
            "MARKETPLACE_ACCOUNT_DELETION",
            "A user has asked that the account be deleted.",
            "COMPLIANCE",
            "APPLICATION",
            (SCOPE,),
        ),
        Topic(
            "NEW_MESSAGE",
            "A message from a member has come.",
            "MESSAGE",
            "USER",
            (f"{SCOPE}/commerce.message",),
        ),
        Topic(
            "ORDER_CANCELLATION_ACTIVITY",
            "Something happened in a cancellation.",
            "ORDER",
            "USER",
            (f"{SCOPE}/sell.cancellation", f"{SCOPE}/sell.cancellation.read"),
        ),
        Topic(
            "ORDER_CONFIRMATION",
            "A buyer has completed a paid checkout.",
            "ORDER",
            "USER",
            _FULFILLMENT,
            ("1.0", "1.1"),
        ),
        Topic(
            "ORDER_RETURN_ACTIVITY",
            "Something happened in a return.",
            "ORDER",
            "USER",
            (f"{SCOPE}/sell.return", f"{SCOPE}/sell.return.read"),
        ),
        Topic("SELLER_STANDARDS_PROFILE_METRICS", "Seller level.", "ACCOUNT", "USER", (SCOPE,)),
    )
}
