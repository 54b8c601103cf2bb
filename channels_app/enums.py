"""Closed sets of values of the marketplaces."""

from __future__ import annotations

from django.db import models


class Channel(models.TextChoices):
    """A marketplace; which of them can be used is in `adapters.registry`."""

    EBAY = "ebay", "eBay"
    SHOPIFY = "shopify", "Shopify"
    AMAZON = "amazon", "Amazon"
    WALMART = "walmart", "Walmart"


class ConnectionStatus(models.TextChoices):
    """Whether an account can be used now. All but `active` need a person."""

    ACTIVE = "active", "Connected"
    EXPIRED = "expired", "Sign in again"
    REVOKED = "revoked", "Disconnected"
    ERROR = "error", "Needs you"


class SyncStatus(models.TextChoices):
    """Where a part stands on a marketplace."""

    PENDING = "pending", "Waiting"
    PUBLISHING = "publishing", "On its way"
    ACTIVE = "active", "Live"
    ENDED = "ended", "Ended"
    ERROR = "error", "Refused"
    OUT_OF_SYNC = "out_of_sync", "Out of sync"


class OwedKind(models.TextChoices):
    """What a marketplace is still owed. `publish` makes a listing, `content` revises a live one."""

    QUANTITY = "quantity", "Quantity"
    PRICE = "price", "Price"
    CONTENT = "content", "Content"
    END = "end", "End"
    PUBLISH = "publish", "Publish"


class Verdict(models.TextChoices):
    """Sorts of failure, by what must happen next."""

    TRY_AGAIN = "try_again", "Tried again"
    SIGN_IN = "sign_in", "Sign in again"
    SELLER = "seller", "For you to fix"
    OURS = "ours", "Fault of ours"


class InboxState(models.TextChoices):
    """What became of an order that was fetched."""

    RECEIVED = "received", "Received"
    PARKED = "parked", "Could not be read"
    REDACTED = "redacted", "Redacted"


class PaymentState(models.TextChoices):
    """How far the buyer's payment is."""

    PENDING = "pending", "Not paid yet"
    PAID = "paid", "Paid"
    FAILED = "failed", "Payment failed"
    PARTIALLY_REFUNDED = "partially_refunded", "Partly refunded"
    REFUNDED = "refunded", "Refunded"


class FulfilmentState(models.TextChoices):
    """How much of an order the marketplace knows as shipped."""

    NOT_STARTED = "not_started", "Not shipped"
    IN_PROGRESS = "in_progress", "Partly shipped"
    FULFILLED = "fulfilled", "Shipped"


class CancelState(models.TextChoices):
    """Whether somebody wants out of the sale."""

    NONE = "none", "Not asked for"
    REQUESTED = "requested", "Cancellation asked for"
    CANCELLED = "cancelled", "Cancelled"


class DriftField(models.TextChoices):
    """What is held against the marketplace."""

    QUANTITY = "quantity", "Quantity"
    PRICE = "price", "Price"
    TITLE = "title", "Title"


class DriftOutcome(models.TextChoices):
    """How a difference went away."""

    OURS = "ours", "Ours sent again"
    THEIRS = "theirs", "Theirs taken"
    GONE = "gone", "The same again"
