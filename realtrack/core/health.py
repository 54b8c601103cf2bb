"""Is it alive, is it ready: each check is registered, so that every app can add its own."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from realtrack.core import redis, registry
from realtrack.core.registry import HealthResult

logger = structlog.get_logger(__name__)

WORKER_KEY = "workers"
# Celery's heart beats every 2 s; three missed by a busy machine and some more.
WORKER_STALE_SECONDS = 20
MIN_FREE_BYTES = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """All checks; ready only if each is."""

    ready: bool
    checks: Mapping[str, HealthResult]


def readiness() -> Readiness:
    """Run every registered check; one that raises counts as not ready, with the reason."""
    checks: dict[str, HealthResult] = {}
    for name, check in registry.health_checks.items():
        try:
            checks[name] = check()
        except (DatabaseError, redis.RedisError, OSError) as error:
            checks[name] = HealthResult(ok=False, detail=type(error).__name__)
    return Readiness(ready=all(result.ok for result in checks.values()), checks=checks)


def beat(worker: str) -> None:
    """Note a worker's sign of life; a Redis that is away loses one beat and nothing else."""
    try:
        redis.client().hset(redis.key(WORKER_KEY), worker, str(time.time()))
    except redis.RedisError as error:
        logger.warning("heartbeat_lost", worker=worker, error=type(error).__name__)


def register_builtin_checks() -> None:
    """Register the checks of the parts that every installation has."""
    registry.health_checks.register("database", _database)
    registry.health_checks.register("migrations", _migrations)
    registry.health_checks.register("redis", _redis)
    registry.health_checks.register("workers", _workers)
    registry.health_checks.register("disk", _disk)
    registry.health_checks.register("storage", _storage)


def _database() -> HealthResult:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return HealthResult(ok=True)


def _migrations() -> HealthResult:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    waiting = [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
    return HealthResult(ok=not waiting, detail=", ".join(waiting[:5]))


def _redis() -> HealthResult:
    return HealthResult(ok=bool(redis.client().ping()))


def _workers() -> HealthResult:
    beats: Mapping[str, str] = redis.client().hgetall(redis.key(WORKER_KEY))  # type: ignore[assignment]  # redis-py types sync and async answers as one
    now = time.time()
    ages = {name: now - float(at) for name, at in beats.items()}
    stale_for_good = [name for name, age in ages.items() if age > 3600]
    if stale_for_good:
        redis.client().hdel(redis.key(WORKER_KEY), *stale_for_good)
    alive = {name: age for name, age in ages.items() if age <= WORKER_STALE_SECONDS}
    return HealthResult(
        ok=bool(alive),
        detail="" if alive else "no worker gave a sign of life",
        data={name: round(age, 1) for name, age in alive.items()},
    )


def _disk() -> HealthResult:
    free = shutil.disk_usage(settings.STATE_DIR).free
    return HealthResult(ok=free >= MIN_FREE_BYTES, data={"freeBytes": free})


def _storage() -> HealthResult:
    if settings.AWS_S3_BUCKET:
        return HealthResult(ok=True, detail="s3")
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"ready")
    return HealthResult(ok=True)
