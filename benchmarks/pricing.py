"""Price rules on 100,000 listings × 20 rules: preview and apply, beside one SQL statement.

Floor: the same prices (markdown by brand, floor by margin, ending .99) counted by one SELECT of
PostgreSQL. Limits: preview 20 s and 400 MB, apply 90 s. Fewer listings: `ROWS=20000`.
Run it on an idle machine: `python benchmarks/pricing.py`.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT_ROOT))

from realtrack import embedded  # noqa: E402  # the project is not installed as a package

ROWS = int(os.environ.get("ROWS", "100000"))
RULES = 20
LIMITS = {"preview": 20.0, "megabytes": 400.0, "apply": 90.0}
_FLOOR = """
SELECT count(*), sum(greatest(floor(start_price * 0.9) + 0.99,
    ceil((coalesce(cost, 0) + 0.4) / (1 - 0.1325 - 0.2) * 100) / 100))
FROM listings WHERE deleted_at IS NULL AND status IN ('draft', 'ready', 'published')
"""


def fill() -> None:
    """Copy one real listing and its search row as often as asked for."""
    from django.db import connection

    from listings.models import Listing, ListingSearch
    from listings.services import listing_create
    from realtrack.core.actors import Actor

    first = listing_create(data={"title": "Part", "start_price": "50.00", "cost": "20.00"},
                           actor=Actor.system("benchmark"))  # fmt: skip
    own = {
        "id": "md5(n::text)::uuid",
        "custom_label_sku": "'B-' || n",
        "start_price": "20 + mod(n, 400)",
        "cost": "10 + mod(n, 90)",
        "c_brand": "'Brand ' || mod(n, 40)",
        "mpn_normalised": "'M' || mod(n, 20000)",
    }
    search = {"listing_id": own["id"], "sku_key": "'b-' || n", "price": own["start_price"]}
    skipped = {"document"}
    with connection.cursor() as cursor:
        for model, values, key in ((Listing, own, "id"), (ListingSearch, search, "listing_id")):
            meta = model._meta  # noqa: SLF001 - Django's documented API of models
            columns = [str(one.column) for one in meta.concrete_fields if one.column not in skipped]
            names = ", ".join(f'"{name}"' for name in columns)
            taken = ", ".join(values.get(name, f't."{name}"') for name in columns)
            table = meta.db_table
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {taken} FROM {table} t, "  # noqa: S608 - names of our own
                f"generate_series(1, %s) n WHERE t.{key} = %s",
                [ROWS - 1, first.pk],
            )
        cursor.execute("ANALYZE listings")


def rules() -> list[object]:
    """Twenty rules of all types, most of them narrow."""
    from realtrack.core.actors import Actor
    from settings_app.catalog import pricing_rule_save

    plans: list[tuple[str, dict[str, object], dict[str, object]]] = [
        ("markdown", {"percentage": 10}, {"priority": 1}),
        ("round", {"ending": "0.99"}, {"priority": 9}),
        ("min_margin", {"percentage": 20}, {"priority": 10}),
        ("competitive", {"percent_below": 2, "limit_percent": 15}, {"brand": "Brand 1"}),
    ]
    plans += [
        ("markdown", {"percentage": 3 + number}, {
            "brand": f"Brand {number}",
            "conditions": {"field": "price", "op": ">", "value": 60},
        })
        for number in range(RULES - len(plans))
    ]  # fmt: skip
    return [
        pricing_rule_save(
            rule_id=None,
            data={"name": f"{kind} {n}", "rule_type": kind, "parameters": given, **more},
            actor=Actor.system("benchmark"),
        )
        for n, (kind, given, more) in enumerate(plans)
    ]


def main() -> int:
    """Measure, print, and return 1 when a limit is broken."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    import realtrack.celery  # noqa: F401 - else messages look for another broker
    from listings.pricing import apply, preview
    from realtrack.core.actors import Actor

    fill()
    made = rules()
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(_FLOOR)
        cursor.fetchone()
    floor = time.perf_counter() - begun
    found: dict[str, float] = {}
    begun = time.perf_counter()
    said = preview.pricing_preview(rules=made)  # type: ignore[arg-type]  # they are rules
    found["preview"] = time.perf_counter() - begun
    # On Linux in kilobytes; of the whole process, Django's own 100 MB among it.
    found["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    run = apply.pricing_apply_start(
        rule_ids=[rule.pk for rule in made],  # type: ignore[attr-defined]  # they are rules
        actor=Actor.system("benchmark"),
    )
    begun = time.perf_counter()
    apply.pricing_run_work(run_id=run.pk)
    found["apply"] = time.perf_counter() - begun
    run.refresh_from_db()
    again = preview.pricing_preview(rules=made).totals  # type: ignore[arg-type]  # as above
    print(f"machine: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{ROWS:,} listings, {RULES} rules: {said.totals.changed:,} change")
    print(f"floor (one SELECT): {floor:.2f} s")
    for name, limit in LIMITS.items():
        print(f"{name:10} {found[name]:7.1f}   limit {limit:.0f}")
    exact = again.sum_before == said.totals.sum_after and run.state == "done"
    print(f"what was said is what was done: {exact}")
    return int(not exact or any(found[name] > limit for name, limit in LIMITS.items()))


if __name__ == "__main__":
    state = Path(tempfile.mkdtemp(prefix="rt-bench-"))
    state.chmod(0o755)
    os.environ["REALTRACK_VAR"] = str(state / "var")
    os.environ["DJANGO_SETTINGS_MODULE"] = "realtrack.settings"
    # Figures alone; each message and each run would have its line else.
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    embedded.ensure(state / "var")
    try:
        code = main()
    finally:
        embedded.stop_if_unused(state / "var")
        shutil.rmtree(state, ignore_errors=True)
    sys.exit(code)
