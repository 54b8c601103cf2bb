from __future__ import annotations

from django.apps import AppConfig


class IngestionConfig(AppConfig):
    """Photos in, drafts out."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "ingestion"
    verbose_name = "Photos and intake"

    def ready(self) -> None:
        """Offer photos, counts and health to the apps below and beside."""
        from ingestion import handlers, seeds, selectors, storage
        from ingestion.services import sheets, trade
        from ingestion.services.merging import PARTICIPANT
        from realtrack.core import events, registry

        events.subscribe(
            "listing.merged", key="ingestion.readings_follow", handler=handlers.listings_merged
        )
        registry.merge_participants.register("ingestion", PARTICIPANT)
        registry.listing_photos.register("ingestion", selectors.photos_by_listing)
        registry.nav_counts.register("ingestion", selectors.nav_counts)
        registry.health_checks.register("photos", storage.health)
        registry.run_kinds.register(sheets.KIND, sheets.RUN_KIND)
        registry.reference_seeders.register("ingestion.trade_words", trade.seed_trade_words)
        registry.demo_seeders.register("ingestion.photos", seeds.seed_demo_photos)
