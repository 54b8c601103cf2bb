"""The fitment app: which vehicles a part fits."""

from __future__ import annotations

from django.apps import AppConfig
from typing_extensions import override


class FitmentConfig(AppConfig):
    """Registers what fitment offers to lower apps and does on their events."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "fitment"
    verbose_name = "Fitment"

    @override
    def ready(self) -> None:
        """Fill the slots of the registry and subscribe to events."""
        from fitment import handlers, interchange, reference, selectors, sinks
        from fitment.aces import uploads
        from fitment.services import batch, merge
        from realtrack.core import registry

        handlers.register()
        registry.reference_seeders.register("fitment", reference.reference_seed)
        registry.search_filters.register("fits", selectors.fits_filter)
        registry.nav_counts.register("fitment", selectors.nav_counts)
        registry.import_sinks.register("fitment", sinks.vehicles_take)
        registry.export_vehicles.register("fitment", sinks.vehicles_give)
        registry.merge_participants.register("fitment", merge.PARTICIPANT)
        registry.number_equals.register("fitment", interchange.numbers_equal)
        registry.run_kinds.register(uploads.KIND, uploads.RUN_KIND)
        registry.run_kinds.register(batch.KIND, batch.RUN_KIND)
