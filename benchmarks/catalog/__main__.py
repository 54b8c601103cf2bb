"""Fills the database of a state folder: `python -m benchmarks.catalog <folder> [rows]`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from realtrack import embedded

PROJECT_ROOT = Path(__file__).resolve().parents[2]


def prepare(folder: Path, rows: int) -> None:
    """Start the folder's servers, migrate, and fill an empty catalog with `rows` listings."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    os.environ["REALTRACK_VAR"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realtrack.settings")
    embedded.ensure(folder)
    subprocess.run(
        [sys.executable, "-m", "realtrack.supervisor.bootstrap", "--demo"],
        cwd=PROJECT_ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    import django

    django.setup()
    from benchmarks.catalog.filling import fill
    from listings.models import ListingSearch

    if ListingSearch.objects.filter(sku_key__startswith="g-").exists():
        print("  the catalog is filled already")
        return
    fill(rows)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
