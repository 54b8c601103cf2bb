from __future__ import annotations

from django.db import models


class Severity(models.TextChoices):
    INFO = "info", "Info"
    SUCCESS = "success", "Success"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"


class NotificationType(models.TextChoices):
    NEW_ORDER = "new_order", "New order"
    ORDER_SHIPPED = "order_shipped", "Order shipped"
    ORDER_CANCELLED = "order_cancelled", "Order cancelled"
    REFUND_REQUESTED = "refund_requested", "Refund requested"
    LOW_STOCK = "low_stock", "Low stock"
    OUT_OF_STOCK = "out_of_stock", "Out of stock"
    OVERSOLD = "oversold", "Sold twice"
    INGESTION_COMPLETE = "ingestion_complete", "Photos read"
    INGESTION_FAILED = "ingestion_failed", "Photos not read"
    AI_REVIEW_NEEDED = "ai_review_needed", "Review needed"
    CHANNEL_ERROR = "channel_error", "Channel error"
    CHANNEL_CONNECTED = "channel_connected", "Channel connected"
    CHANNEL_DISCONNECTED = "channel_disconnected", "Channel disconnected"
    LISTING_PUBLISHED = "listing_published", "Listing published"
    LISTING_SOLD = "listing_sold", "Listing sold"
    SYNC_CONFLICT = "sync_conflict", "Sync conflict"
    SYSTEM_ALERT = "system_alert", "System alert"
