from __future__ import annotations

from django.apps import AppConfig


class SettingsAppConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "settings_app"
    verbose_name = "People and settings"

    def ready(self) -> None:
        """Offer the demo users, the changed rights and the name of the business."""
        from realtrack.core import registry
        from settings_app import beat_watch, seeds, selectors, services

        registry.demo_seeders.register("settings_app.users", seeds.seed_demo_users)
        registry.reference_seeders.register("settings_app.shipping", seeds.seed_shipping)
        registry.rights_source.register("settings_app", selectors.changed_rights)
        registry.business_names.register("settings_app", selectors.business_name)
        registry.rotators.register("settings_app.secrets", services.secrets_rotate)
        beat_watch.watch()
