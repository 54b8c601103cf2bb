"""Every schedule of the project in one place. Each task selects what is due and not yet done."""

from __future__ import annotations

from typing import TypedDict

from celery.schedules import crontab


class Schedule(TypedDict):
    """One entry of Celery beat; seconds or a crontab in UTC."""

    task: str
    schedule: float | crontab


SCHEDULES: dict[str, Schedule] = {
    "core-dispatch-events": {"task": "core.dispatch_events", "schedule": 5.0},
    "core-audit-partitions": {
        "task": "core.audit_partitions_extend",
        "schedule": crontab(hour="3", minute="10"),
    },
    "ingestion-sweep": {"task": "ingestion.sweep", "schedule": 10.0},
    "ingestion-cleanup-orphans": {
        "task": "ingestion.cleanup_orphans",
        "schedule": crontab(hour="3", minute="30"),
    },
    "listings-pricing-sweep": {"task": "listings.pricing_sweep", "schedule": 30.0},
    # A rule that counts days works from day to day; a new part waits half an hour at most.
    "listings-pricing-keep": {"task": "listings.pricing_keep", "schedule": 1800.0},
    # As many part numbers an hour as `listings.pricing.market` says, if there is whom to ask.
    "listings-market-prices": {"task": "listings.market_prices", "schedule": crontab(minute="20")},
    "fitment-sweep": {"task": "fitment.sweep", "schedule": 60.0},
    "fitment-check": {"task": "fitment.check", "schedule": crontab(hour="2", minute="40")},
    "inventory-reservations-expire": {"task": "inventory.reservations_expire", "schedule": 60.0},
    "inventory-ledger-verify": {
        "task": "inventory.ledger_verify",
        "schedule": crontab(hour="2", minute="0"),
    },
    "channels-reconcile": {"task": "channels_app.reconcile", "schedule": 5.0},
    # Each account once a minute; a poll that an outage cut off is made good at the next tick.
    "channels-fetch-orders": {"task": "channels_app.fetch_orders", "schedule": 20.0},
    "channels-sweep": {"task": "channels_app.sweep", "schedule": 15.0},
    "channels-refresh-tokens": {"task": "channels_app.refresh_tokens", "schedule": 1800.0},
    "channels-sync-inventory": {"task": "channels_app.sync_inventory", "schedule": 900.0},
    "channels-subscriptions": {
        "task": "channels_app.subscribe_notifications",
        "schedule": 1800.0,
    },
    "channels-compare": {"task": "channels_app.compare_listings", "schedule": 3600.0},
    "channels-read-changes": {"task": "channels_app.read_changes", "schedule": 1800.0},
    "channels-read-elsewhere": {
        "task": "channels_app.read_elsewhere_nightly",
        "schedule": crontab(hour="1", minute="20"),
    },
    "channels-verify-categories": {
        "task": "channels_app.verify_categories",
        "schedule": crontab(hour="4", minute="20"),
    },
    "channels-clean-inbox": {
        "task": "channels_app.clean_inbox",
        "schedule": crontab(hour="3", minute="50"),
    },
    "orders-auto-complete": {
        "task": "orders.auto_complete",
        "schedule": crontab(hour="4", minute="0"),
    },
    # An import whose worker was killed goes on within two of these.
    "listings-imports": {"task": "listings.imports_sweep", "schedule": 30.0},
    "listings-import-files": {
        "task": "listings.import_files_purge",
        "schedule": crontab(hour="4", minute="10"),
    },
    # A facet's many differences become one row, and the words of new parts are known to the typos.
    "listings-search-fold": {"task": "listings.search_fold", "schedule": 30.0},
    "listings-search-recount": {
        "task": "listings.search_recount",
        "schedule": crontab(hour="3", minute="40"),
    },
    "fitment-imports": {"task": "fitment.imports_sweep", "schedule": 30.0},
    # What a lost wake left unfitted.
    "fitment-aces-fit": {"task": "fitment.aces_fit", "schedule": 60.0},
    "dashboard-summary": {"task": "dashboard.recompute_summary", "schedule": 300.0},
    "notifications-purge": {
        "task": "notifications.purge",
        "schedule": crontab(hour="4", minute="30"),
    },
}
