"""The Celery workers that one machine runs, and the queues that each serves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One worker: threads wait for the network, prefork computes."""

    kind: str
    concurrency: int
    queues: tuple[str, ...]


WORKER_POOLS = {
    "io": Pool(kind="threads", concurrency=16, queues=("channels", "notifications", "orders")),
    # One, because reading a picture takes 455 MB and a whole core.
    "cpu": Pool(kind="prefork", concurrency=1, queues=("ingestion", "storage")),
    "default": Pool(
        kind="prefork",
        concurrency=2,
        queues=("default", "fitment", "inventory", "dashboard"),
    ),
}


def worker_arguments(name: str) -> tuple[str, ...]:
    """Return what follows `celery -A realtrack.celery` to run the worker `name`."""
    pool = WORKER_POOLS[name]
    return (
        "worker",
        "--hostname",
        f"{name}@%h",
        "--queues",
        ",".join(pool.queues),
        "--pool",
        pool.kind,
        "--concurrency",
        str(pool.concurrency),
        "--without-gossip",
        "--without-mingle",
        "--loglevel",
        "INFO",
    )
