from __future__ import annotations

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """The ledger: the one home of stock."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "inventory"

    def ready(self) -> None:
        """Subscribe and fill the slots of the registry."""
        from inventory import handlers, selectors
        from realtrack.core import events, registry

        events.subscribe(
            "listing.quantity_requested",
            key="inventory.first_stock",
            handler=handlers.quantity_requested,
            inline=True,
        )
        for name in ("inventory.sold", "inventory.returned"):
            events.subscribe(name, key="inventory.follow_stock", handler=handlers.follow_stock)
        registry.nav_counts.register("inventory", selectors.nav_counts)
