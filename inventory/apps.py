from __future__ import annotations

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """The ledger: the one home of stock."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "inventory"

    def ready(self) -> None:
        """Subscribe and fill the slots of the registry."""
        from inventory import handlers, seeds, selectors
        from inventory.services import first_stock_write, place_set
        from inventory.services.merging import PARTICIPANT
        from inventory.services.teardown import KIND
        from realtrack.core import events, registry

        events.subscribe(
            "listing.quantity_requested",
            key="inventory.first_stock",
            handler=handlers.quantity_requested,
            inline=True,
        )
        for name in ("inventory.sold", "inventory.returned"):
            events.subscribe(name, key="inventory.follow_stock", handler=handlers.follow_stock)
        registry.reference_seeders.register(
            "inventory.teardown_templates", seeds.seed_teardown_templates
        )
        # It runs at once, within the request: nothing is left to resume.
        registry.run_kinds.register(KIND, registry.RunKind(title="Tear-down"))
        registry.nav_counts.register("inventory", selectors.nav_counts)
        registry.place_writers.register("inventory", place_set)
        registry.first_stock_writers.register("inventory", first_stock_write)
        registry.merge_participants.register("inventory", PARTICIPANT)
