from __future__ import annotations

from django.apps import AppConfig


class ListingsConfig(AppConfig):
    """The catalog."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "listings"

    def ready(self) -> None:
        """Offer demo parts and the kinds of runs that the catalog starts."""
        from listings import demo
        from listings.pricing import (
            apply,
            facts,
            market,
            tasks,  # noqa: F401 - Celery learns the tasks
        )
        from listings.selectors.listing import shipping_profile_uses
        from listings.services import bulk, imports
        from listings.services.import_undo import UNDO_RUN_KIND
        from realtrack.core import registry

        registry.demo_seeders.register("listings.parts", demo.seed_demo_parts)
        # At once and within a request: one that broke off is started anew, not resumed.
        for key, kind in bulk.RUN_KINDS.items():
            registry.run_kinds.register(key, kind)
        for key, title in ((apply.KIND, "Prices by rules"), (apply.UNDO_KIND, "Undo of prices")):
            registry.run_kinds.register(key, registry.RunKind(title=title, resume=apply.wake))
        registry.price_evidence.register("listed", facts.listed_prices)
        registry.price_evidence.register("market", market.market_prices)
        registry.shipping_users.register("listings", shipping_profile_uses)
        registry.run_kinds.register(imports.KIND, imports.RUN_KIND)
        registry.run_kinds.register(imports.UNDO_KIND, UNDO_RUN_KIND)
