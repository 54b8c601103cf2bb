from __future__ import annotations

from django.apps import AppConfig


class SettingsAppConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "settings_app"
    verbose_name = "People and settings"

    def ready(self) -> None:
        """Offer the demo users, the changed rights, the business's name and market prices."""
        from realtrack.core import registry
        from settings_app import beat_watch, market_http, seeds, selectors, services

        registry.demo_seeders.register("settings_app.users", seeds.seed_demo_users)
        registry.reference_seeders.register("settings_app.shipping", seeds.seed_shipping)
        registry.rights_source.register("settings_app", selectors.changed_rights)
        registry.business_names.register("settings_app", selectors.business_name)
        registry.rotators.register("settings_app.secrets", services.secrets_rotate)
        registry.market_providers.register(market_http.NAME, market_http.PROVIDER)
        beat_watch.watch()
