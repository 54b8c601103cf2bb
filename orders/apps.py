from __future__ import annotations

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Orders of all marketplaces."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "orders"

    def ready(self) -> None:
        """Subscribe and fill the slots of the registry."""
        from orders import handlers, sales_figures, selectors, services
        from orders.services.merging import PARTICIPANT
        from realtrack.core import events, registry

        events.subscribe(
            "channel.order_received", key="orders.import", handler=handlers.order_received
        )
        events.subscribe(
            "channel.buyer_erasure_requested",
            key="orders.buyer_erase",
            handler=handlers.buyer_erasure_requested,
        )
        events.subscribe(
            "channel_listing.published",
            key="orders.match",
            handler=handlers.channel_listing_published,
        )
        for name in ("order.shipped", "order.tracking_changed"):
            events.subscribe(name, key="orders.shipment", handler=handlers.order_shipped)
        registry.nav_counts.register("orders", selectors.nav_counts)
        registry.merge_participants.register("orders", PARTICIPANT)
        registry.price_evidence.register("sold", sales_figures.sold_prices)
        registry.part_sales.register("orders", sales_figures.part_sales)
        registry.type_histories.register("orders", sales_figures.type_histories)
        registry.rotators.register("orders.buyers", services.buyers_rotate)
