"""The command that prints how well texts and VINs are read."""

from __future__ import annotations

import io
import re

from django.core.management import call_command


def test_the_tables_hold_the_promised_shares() -> None:
    # given
    out = io.StringIO()

    # when
    call_command("fitment_accuracy", stdout=out)

    # then: exact readings of cases never looked at, false finds, and the parts of a VIN
    said = out.getvalue()
    held = re.search(r"held back +(\d+) +([\d.]+)% +[\d.]+% +\d+ +([\d.]+)%", said)
    assert held is not None
    assert int(held[1]) >= 100
    assert float(held[2]) >= 92
    assert float(held[3]) <= 3
    shares = dict(
        re.findall(r"^(year|make|model|engine) +\d+ +\d+ +([\d.]+)%$", said, re.MULTILINE)
    )
    least = {"year": 99, "make": 99, "model": 97, "engine": 90}
    assert {name: float(shares[name]) >= share for name, share in least.items()} == dict.fromkeys(
        least, True
    )
    assert "VINs a second in bulk" in said
