"""What this app offers to the registry and which events it hears; called once, at the start."""

from __future__ import annotations

from channels_app import handlers, health, rotation, seeds
from channels_app.selectors.connections import nav_counts
from channels_app.services import (
    adopting,
    categories,
    foreign,
    merging,
    owed,
    publishing,
    verdicts,
)
from realtrack.core import registry
from realtrack.core.events import subscribe


def register() -> None:
    """Fill slots, subscribe."""
    registry.owed_writers.register("channels_app", owed.owed_write)
    registry.category_proposers.register("channels_app", categories.categories_proposed)
    registry.nav_counts.register("channels_app", nav_counts)
    registry.health_checks.register("channels", health.check)
    registry.rotators.register("channels_app", rotation.reseal_some)
    registry.demo_seeders.register("channels_app", seeds.seed_demo)
    registry.merge_participants.register("channels_app", merging.PARTICIPANT)
    registry.run_kinds.register(verdicts.RUN_PUBLISH, RUN_PUBLISH)
    registry.run_kinds.register(verdicts.RUN_END, RUN_END)
    registry.run_kinds.register(foreign.RUN_READ, RUN_READ)
    registry.run_kinds.register(foreign.RUN_REPORT, RUN_REPORT)
    registry.run_kinds.register(adopting.RUN_ADOPT, RUN_ADOPT)
    subscribe(
        "listing.photos_changed",
        key="channels.photos_changed",
        handler=handlers.photos_changed,
    )
    subscribe("listing.transitioned", key="channels.listing_ready", handler=handlers.listing_ready)
    subscribe("inventory.oversold", key="channels.stock_oversold", handler=handlers.stock_oversold)


RUN_PUBLISH = registry.RunKind(title="Publish", resume=publishing.run_resume)
RUN_READ = registry.RunKind(title="Read listings made elsewhere", resume=foreign.foreign_read_kick)
RUN_REPORT = registry.RunKind(title="Compare what is live", resume=foreign.foreign_read_kick)
RUN_ADOPT = registry.RunKind(title="Adopt listings", resume=adopting.adopt_resume)
RUN_END = registry.RunKind(title="End listings", resume=publishing.run_resume)
