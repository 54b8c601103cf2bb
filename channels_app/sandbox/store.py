"""State in one SQLite file: a single writer thread, one transaction per piece of work, a clock."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from channels_app.sandbox.schema import SCHEMA, VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")


def stamp(moment: datetime) -> str:
    """Format a moment as eBay does: UTC, milliseconds, `Z`."""
    moment = moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def moment_of(text: str) -> datetime:
    """Read an ISO moment that names its zone; raises ValueError otherwise."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        msg = "a moment needs a zone"
        raise ValueError(msg)
    return moment.astimezone(UTC)


class Db:
    """The open transaction: small helpers over the connection, never used across threads."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn

    def one(self, sql: str, *args: object) -> sqlite3.Row | None:
        """Return the first row, or None."""
        row: sqlite3.Row | None = self.conn.execute(sql, args).fetchone()
        return row

    def all(self, sql: str, *args: object) -> list[sqlite3.Row]:
        """Return every row."""
        return self.conn.execute(sql, args).fetchall()

    def count(self, sql: str, *args: object) -> int:
        """Return the first column of the first row as a number."""
        return int(self.conn.execute(sql, args).fetchone()[0])

    def run(self, sql: str, *args: object) -> int:
        """Execute a statement; returns how many rows it touched."""
        return self.conn.execute(sql, args).rowcount

    def setting(self, key: str, default: Any = None) -> Any:
        """Return a control setting (JSON), or the default."""
        row = self.one("SELECT value FROM settings WHERE key = ?", key)
        return default if row is None else json.loads(row["value"])

    def set_setting(self, key: str, value: Any) -> None:
        """Store a control setting; None removes it."""
        if value is None:
            self.run("DELETE FROM settings WHERE key = ?", key)
            return
        self.run(
            "INSERT INTO settings VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = ?",
            key,
            json.dumps(value),
            json.dumps(value),
        )

    def next_id(self, name: str, start: int) -> int:
        """Return the next number of a sequence; numbers are never given out twice."""
        self.run("INSERT INTO sequences VALUES (?, ?) ON CONFLICT(name) DO NOTHING", name, start)
        self.run("UPDATE sequences SET value = value + 1 WHERE name = ?", name)
        return self.count("SELECT value FROM sequences WHERE name = ?", name) - 1

    def now(self) -> datetime:
        """Return the marketplace's time: the machine's, moved or frozen by the control API."""
        clock = self.setting("clock", {})
        if "frozen" in clock:
            return moment_of(clock["frozen"])
        return datetime.now(UTC) + timedelta(seconds=float(clock.get("offset", 0.0)))

    def stamp(self) -> str:
        """Return now() in the wire's format."""
        return stamp(self.now())


class Store:
    """Owns the file. `run` executes work in the one database thread, atomically."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-db")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = Db(self._pool.submit(self._open).result())

    def _open(self) -> sqlite3.Connection:
        # the timeout covers the moment in which a killed predecessor still holds the lock
        conn = sqlite3.connect(self.path, isolation_level=None, timeout=20)
        conn.row_factory = sqlite3.Row
        conn.execute("PRAGMA journal_mode = WAL")
        # NORMAL loses nothing when the process is killed, only when the machine loses power
        conn.execute("PRAGMA synchronous = NORMAL")
        conn.execute("PRAGMA foreign_keys = ON")
        conn.executescript(SCHEMA)
        names = {row["name"] for row in conn.execute("PRAGMA table_info(listings)")}
        if "modified" not in names:
            conn.execute("ALTER TABLE listings ADD COLUMN modified TEXT NOT NULL DEFAULT ''")
        conn.executescript(VIEWS)
        return conn

    def _transact(self, work: Callable[[Db], T]) -> T:
        self._db.conn.execute("BEGIN IMMEDIATE")
        try:
            result = work(self._db)
        except BaseException:
            self._db.conn.execute("ROLLBACK")
            raise
        self._db.conn.execute("COMMIT")
        return result

    async def run(self, work: Callable[[Db], T]) -> T:
        """Run the work in one transaction; what it raises undoes everything it wrote."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._transact, work)

    def run_now(self, work: Callable[[Db], T]) -> T:
        """Run the work from a plain thread and wait for it."""
        return self._pool.submit(self._transact, work).result()

    def close(self) -> None:
        """Close the file; waits for work in progress."""
        self._pool.submit(self._db.conn.close).result()
        self._pool.shutdown()
