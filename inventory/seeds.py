"""The templates of a tear-down as shipped; what staff changed stays."""

from __future__ import annotations

import csv
import hashlib
from itertools import groupby
from pathlib import Path

from django.db import transaction

from inventory.models import TeardownTemplate, TeardownTemplateItem
from realtrack.core.registry import SeedResult
from realtrack.core.seeds import is_seeded, mark_seeded

_FILE = Path(__file__).parent / "data" / "teardown_templates.csv"
_KEY = "inventory.teardown_templates"


def seed_teardown_templates() -> SeedResult:
    """Load the templates that are not there yet; one that exists is left as staff made it."""
    content = _FILE.read_bytes()
    fingerprint = hashlib.sha256(content).hexdigest()
    if is_seeded(_KEY, fingerprint):
        return SeedResult(same=TeardownTemplate.objects.count())
    rows = list(csv.DictReader(content.decode("utf-8").splitlines()))
    created = 0
    with transaction.atomic():
        present = set(TeardownTemplate.objects.values_list("name", flat=True))
        for name, lines in groupby(rows, key=lambda row: row["template"]):
            if name in present:
                continue
            template = TeardownTemplate.objects.create(name=name)
            TeardownTemplateItem.objects.bulk_create(
                TeardownTemplateItem(
                    template=template,
                    rank=int(line["usual_rank"]),
                    part_type=line["part_type"],
                    side=line["side"],
                    minutes_to_pull=int(line["minutes_to_pull"] or 0) or None,
                )
                for line in lines
            )
            created += 1
        mark_seeded(_KEY, fingerprint)
    return SeedResult(created=created, same=len(present))
