"""Search, lists, facets, suggestions and saves on a big catalog, beside hand-written SQL.

A generated catalog of `--rows` listings (1,000,000 unless said; `benchmarks.catalog`), the real web
process (uvicorn as `make run` starts it), one client on one kept connection, everything asked once
before it is measured. 200 fixed queries a kind; the floor is plain SQL for the same answer, sent by
psycopg on one connection in the same run, in turns with the calls, so that a busy machine burdens
both. Filling takes minutes; `--folder` keeps the catalog for the next time.
`python benchmarks/search.py [--rows 100000] [--folder /tmp/rt-catalog]`
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

PROJECT_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT_ROOT))

from realtrack import embedded  # noqa: E402  # the project is not installed as a package
from realtrack.supervisor.ports import listen  # noqa: E402

CALLS = 200
_WARM = 20
_BULK = 500
_SAVES_ALLOWED = 50  # the endpoint lets a person save 60 times a minute
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "realtrack.settings",
    "THROTTLE_SHORT": "100000/second",
    "THROTTLE_MEDIUM": "1000000/minute",
    "THROTTLE_LONG": "10000000/hour",
    "LOG_LEVEL": "WARNING",
}
# Lists read what the client shows: 25 rows with price, stock and health.
_ROWS = "listing_id, title_key, brand, price, stock_free, health, status, photo_url, channel_states"
_RANKED = f"""
SELECT {_ROWS}, ts_rank(document, q) AS rank FROM listing_search, {{query}} q
WHERE is_live AND document @@ q ORDER BY rank DESC, listing_id DESC LIMIT 25
"""  # noqa: S608 - constants of this file
_COUNT = """
SELECT count(*) FROM (SELECT FROM listing_search, {query} q
    WHERE is_live AND document @@ q LIMIT 10001) t
"""
_FACETS = """
WITH hit AS MATERIALIZED (SELECT status, part_type, brand, condition_id, channel_states,
    stock_free FROM listing_search, {query} q WHERE is_live AND document @@ q)
(SELECT 'brand', brand, count(*) FROM hit GROUP BY 2 ORDER BY 3 DESC LIMIT 30) UNION ALL
(SELECT 'type', part_type, count(*) FROM hit GROUP BY 2 ORDER BY 3 DESC LIMIT 30) UNION ALL
(SELECT 'status', status, count(*) FROM hit GROUP BY 2 ORDER BY 3 DESC LIMIT 30) UNION ALL
(SELECT 'condition', condition_id, count(*) FROM hit GROUP BY 2 ORDER BY 3 DESC LIMIT 30) UNION ALL
(SELECT 'channel', channel_states::text, count(*) FROM hit GROUP BY 2 ORDER BY 3 DESC LIMIT 30)
UNION ALL (SELECT 'stock', least(greatest(stock_free, 0), 2)::text, count(*) FROM hit GROUP BY 2)
"""
_PAGE = (
    f"SELECT {_ROWS} FROM listing_search WHERE is_live ORDER BY created_at DESC, listing_id DESC"  # noqa: S608 - constants of this file
)
_NUMBER = f"""
SELECT {_ROWS} FROM listing_search WHERE is_live AND document @@ to_tsquery('simple', %s)
"""  # noqa: S608 - constants of this file
_VALUES = """
SELECT value, sum(number) FROM listing_facet_counts
WHERE facet IN ('brand', 'type') AND value ILIKE %s GROUP BY 1 ORDER BY 2 DESC LIMIT 10
"""
_LISTINGS = "SELECT * FROM listings WHERE id = ANY(%s)"


@dataclass(slots=True)
class Kind:
    """One kind of call: what is asked, the same by hand, and what both took."""

    name: str
    limit_ms: float
    calls: Sequence[tuple[str, str, Any]]
    floor: Callable[[Any, int], None]
    body: Callable[[int], tuple[str, Any]] | None = None
    ours: list[float] = field(default_factory=list)
    by_hand: list[float] = field(default_factory=list)
    # Processor time of all calls, web and database: what is left of a figure on a busy machine.
    our_cpu_ms: float = 0.0
    cpu_by_hand_ms: float = 0.0


class Client:
    """A manager on one kept connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"Content-Type": "application/json"}
        given = {"email": "manager@demo.test", "password": "realtrack-demo"}
        answer = self.call("POST", "/api/auth/login", given)
        self._headers["Authorization"] = f"Bearer {answer['accessToken']}"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of a call that must succeed."""
        text = None if body is None else json.dumps(body)
        self._connection.request(method, path, text, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status in {200, 201}, (path, answer.status, content[:500])
        return json.loads(content)


def start() -> tuple[subprocess.Popen[bytes], int]:
    """Start the web process; the socket queues callers until it is there."""
    listener = listen("127.0.0.1", 18500)
    process = subprocess.Popen(
        [sys.executable, "-m", "realtrack.supervisor.web", str(listener.fileno())],
        cwd=PROJECT_ROOT,
        pass_fds=(listener.fileno(),),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    port = int(listener.getsockname()[1])
    listener.close()
    return process, port


def _query(words: str) -> str:
    return f"plainto_tsquery('english', '{words.replace(chr(39), '')}')"


def _samples(cursor: Any) -> dict[str, list[Any]]:
    """The fixed queries: drawn from the catalog, the same each time for the same catalog."""
    rnd = random.Random(4)
    cursor.execute(
        "SELECT listing_id, brand, part_type, numbers[1] FROM listing_search "
        "WHERE sku_key LIKE 'g-%' AND is_live ORDER BY sku_key LIMIT 20000"
    )
    rows = rnd.sample(cursor.fetchall(), CALLS)
    cursor.execute(
        "SELECT part_type, count(*) FROM listing_search GROUP BY 1 HAVING count(*) <= 9000 "
        "ORDER BY 2 DESC, 1 LIMIT 200"
    )
    medium = [name for name, _ in cursor.fetchall() if name]
    cursor.execute(
        "SELECT brand, count(*) FROM listing_search GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 12"
    )
    broad = [name for name, _ in cursor.fetchall() if name]
    return {
        "rows": rows,
        "medium": [medium[n % len(medium)] for n in range(CALLS)],
        "broad": [broad[n % len(broad)] for n in range(CALLS)],
    }


def _sql(*statements: str) -> Callable[[Any, int], None]:
    def run(cursor: Any, position: int) -> None:
        del position
        for statement in statements:
            cursor.execute(statement)
            cursor.fetchall()

    return run


def _each(make: Callable[[int], Sequence[tuple[str, Any]]]) -> Callable[[Any, int], None]:
    def run(cursor: Any, position: int) -> None:
        for statement, params in make(position):
            cursor.execute(statement, params)
            cursor.fetchall()

    return run


def kinds(client: Client, cursor: Any) -> list[Kind]:
    """All kinds of reads with their limits at p95, in milliseconds."""
    drawn = _samples(cursor)
    rows, medium, broad = drawn["rows"], drawn["medium"], drawn["broad"]
    page_500 = _cursor_of_page_500(client, cursor)

    def get(make: Callable[[int], str]) -> list[tuple[str, str, Any]]:
        return [("GET", make(n), None) for n in range(CALLS)]

    def words(texts: Sequence[str], *statements: str) -> Callable[[Any, int], None]:
        return _each(lambda n: [(s.format(query=_query(texts[n])), None) for s in statements])

    return [
        Kind("list, first page", 80, get(lambda n: "/api/listings?limit=25"),
             _sql(f"{_PAGE} LIMIT 26")),
        Kind("list, page 500", 120, get(lambda n: f"/api/listings?limit=25&cursor={page_500}"),
             _sql(f"{_PAGE} OFFSET 12475 LIMIT 25")),
        Kind("one listing", 80, get(lambda n: f"/api/listings/{rows[n][0]}"),
             _each(lambda n: [(_LISTINGS, ([rows[n][0]],))])),
        Kind("part number", 25, get(lambda n: f"/api/listings/search?limit=25&q={rows[n][3]}"),
             _each(lambda n: [(_NUMBER, (rows[n][3].lower() + ":*",))])),
        Kind("search with facets, up to 10,000 hits", 150,
             get(lambda n: f"/api/listings/search?limit=25&facets=true&q={quote(medium[n])}"),
             words(medium, _RANKED, _COUNT, _FACETS)),
        Kind("search, a broad word", 150,
             get(lambda n: f"/api/listings/search?limit=25&facets=true&q={quote(broad[n])}"),
             words(broad, _RANKED, _COUNT)),
        Kind("facets of a broad word", 400,
             get(lambda n: f"/api/listings/facets?q={quote(broad[n])}"), words(broad, _FACETS)),
        Kind("facets of the whole catalog", 400, get(lambda n: "/api/listings/facets"),
             _sql("SELECT facet, value, sum(number) FROM listing_facet_counts GROUP BY 1, 2")),
        Kind("suggest", 60,
             get(lambda n: f"/api/listings/suggest?q={quote(rows[n][2 - n % 2][:3 + n % 3])}"),
             _each(lambda n: [
                 (_VALUES,
                  (rows[n][2 - n % 2][:3 + n % 3] + "%",))])),
    ]  # fmt: skip


def _cursor_of_page_500(client: Client, cursor: Any) -> str:
    """The cursor behind the last row of page 499, made as the server makes it."""
    from listings.selectors.cursors import Cursor, write_cursor

    del client
    cursor.execute(
        "SELECT created_at, listing_id FROM listing_search WHERE is_live "
        "ORDER BY created_at DESC, listing_id DESC OFFSET 12474 LIMIT 1"
    )
    created_at, listing_id = cursor.fetchone()
    return write_cursor(
        Cursor(sort="newest", field="created_at", value=created_at, listing_id=listing_id)
    )


class Meter:
    """Processor time of the web process with its database backends, and of the floor's backend."""

    def __init__(self, cursor: Any, web: int) -> None:
        self._cursor, self._web = cursor, web
        cursor.execute("SELECT pg_backend_pid()")
        self._own = int(cursor.fetchone()[0])
        self._tick_ms = 1000 / os.sysconf("SC_CLK_TCK")

    def read(self) -> tuple[float, float]:
        """Milliseconds so far: ours, by hand."""
        self._cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' "
            "AND datname = current_database() AND pid <> pg_backend_pid()"
        )
        backends = [int(pid) for (pid,) in self._cursor.fetchall()]
        ours = sum(self._of(pid) for pid in [self._web, *backends])
        return ours, self._of(self._own)

    def _of(self, process: int) -> float:
        try:
            text = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
        except FileNotFoundError:  # a backend that ended meanwhile
            return 0.0
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) * self._tick_ms


def measure(kind: Kind, client: Client, cursor: Any, meter: Meter, calls: int) -> None:
    """All calls once to warm up, then in turns with the same by hand."""
    for position, (method, path, body) in enumerate(kind.calls[:_WARM]):
        client.call(method, path, body)
        kind.floor(cursor, position)
    ours, by_hand = meter.read()
    for position, (method, path, body) in enumerate(kind.calls[:calls]):
        begun = time.perf_counter()
        client.call(method, path, body)
        kind.ours.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        kind.floor(cursor, position)
        kind.by_hand.append((time.perf_counter() - begun) * 1000)
    ours_after, by_hand_after = meter.read()
    kind.our_cpu_ms, kind.cpu_by_hand_ms = ours_after - ours, by_hand_after - by_hand


def forget_rates() -> None:
    """Let the measuring client write on: it saves faster than a person may."""
    from realtrack.core import redis

    for name in redis.client().scan_iter(redis.key("window", "*")):
        redis.client().delete(name)


def measure_saves(client: Client, cursor: Any, meter: Meter, calls: int) -> Kind:
    """A price change with revision and events; by hand the same two writes in one transaction."""
    ids = [row[0] for row in _samples(cursor)["rows"]][:calls]
    kind = Kind("save with revision and events", 60, [], lambda *_: None)
    ours, by_hand = meter.read()
    for position, listing_id in enumerate(ids):
        if position % _SAVES_ALLOWED == 0:
            forget_rates()
        cursor.execute("SELECT version FROM listings WHERE id = %s", (listing_id,))
        version = cursor.fetchone()[0]
        body = {"startPrice": f"{20 + position}.50", "version": version}
        begun = time.perf_counter()
        client.call("PATCH", f"/api/listings/{listing_id}", body)
        kind.ours.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        cursor.execute("BEGIN")
        cursor.execute(
            "UPDATE listings SET start_price = %s, version = version + 1, updated_at = now() "
            "WHERE id = %s AND version = %s",
            (21 + position, listing_id, version + 1),
        )
        cursor.execute(
            "UPDATE listing_search SET price = %s WHERE listing_id = %s",
            (21 + position, listing_id),
        )
        cursor.execute("ROLLBACK")
        kind.by_hand.append((time.perf_counter() - begun) * 1000)
    ours_after, by_hand_after = meter.read()
    kind.our_cpu_ms, kind.cpu_by_hand_ms = ours_after - ours, by_hand_after - by_hand
    return kind


def measure_bulk(client: Client, cursor: Any) -> float:
    """Seconds of one change on 500 listings; the best of three."""
    cursor.execute(
        "SELECT listing_id FROM listing_search WHERE sku_key LIKE 'g-%%' AND is_live "
        "AND status = 'draft' ORDER BY sku_key DESC LIMIT %s",
        (_BULK,),
    )
    ids = [str(row[0]) for row in cursor.fetchall()]
    taken = []
    for turn in range(3):
        begun = time.perf_counter()
        answer = client.call(
            "POST", "/api/listings/bulk", {"ids": ids, "changes": {"startPrice": f"{70 + turn}.00"}}
        )
        taken.append(time.perf_counter() - begun)
        assert answer["updated"] + answer["same"] == _BULK, answer
    return min(taken)


def report(kind: Kind) -> bool:
    """Print one line; returns whether the limit holds."""
    ours, floor = statistics.quantiles(kind.ours, n=100), statistics.quantiles(kind.by_hand, n=100)
    print(
        f"{kind.name:38} p50 {ours[49]:7.1f} ms by hand {floor[49]:7.1f} "
        f"(+{ours[49] - floor[49]:6.1f}, {ours[49] / floor[49]:5.1f} ×)   "
        f"p95 {ours[94]:7.1f} ms by hand {floor[94]:7.1f}   "
        f"cpu {kind.our_cpu_ms / len(kind.ours):6.1f} ms by hand "
        f"{kind.cpu_by_hand_ms / len(kind.by_hand):6.1f}   limit {kind.limit_ms:4.0f}"
        f"{'' if ours[94] <= kind.limit_ms else '   BROKEN'}",
        flush=True,
    )
    return ours[94] <= kind.limit_ms


def run(folder: Path, rows: int, calls: int) -> int:
    """Fill, serve, measure, print; returns 1 when a limit is broken."""
    from benchmarks.catalog.__main__ import prepare

    os.environ.update({**ENVIRONMENT, "REALTRACK_VAR": str(folder)})
    prepare(folder, rows)
    from django.db import connection

    process, port = start()
    try:
        client = Client(port)
        held = True
        print(f"load {os.getloadavg()[0]:.1f} at the start")
        with connection.cursor() as cursor:
            meter = Meter(cursor, process.pid)
            for kind in kinds(client, cursor):
                measure(kind, client, cursor, meter, calls)
                held &= report(kind)
            held &= report(measure_saves(client, cursor, meter, calls))
            seconds = measure_bulk(client, cursor)
        print(f"bulk change of {_BULK}: {seconds:.2f} s, limit 3 s")
        print(f"load {os.getloadavg()[0]:.1f} at the end")
        return int(not held or seconds > 3)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def main() -> int:
    """Read what is asked for, and tidy up a folder of our own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--calls", type=int, default=CALLS, help="of each kind")
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="rt-bench-"))
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder.chmod(0o755)
    print(f"machine: {os.cpu_count()} cores; {asked.rows:,} listings")
    try:
        return run(folder, asked.rows, min(asked.calls, CALLS))
    finally:
        embedded.stop_if_unused(folder)
        if asked.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
