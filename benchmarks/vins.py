"""VINs read in bulk, beside the same VINs through the decoder alone; one core.

Limit: 5,000 a second. Every serial number differs, so that none is answered from another.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import ultravin

from fitment.matching.from_seed import seed_lookup
from fitment.vin import vins_read

_COUNT = 3000
_LEAST = 5000  # a second


def main() -> int:
    """Measure, print, and end with 1 below the limit."""
    lookup = seed_lookup()
    vins = [f"4T1BF1FK5CU{number:06d}" for number in range(_COUNT)]
    vins_read(vins[:1], lookup)
    started = time.process_time()
    ultravin.decode_batch(vins)
    floor = time.process_time() - started
    started = time.process_time()
    vins_read(vins, lookup)
    ours = time.process_time() - started
    rate = _COUNT / ours
    print(
        f"floor {_COUNT / floor:.0f}/s, ours {rate:.0f}/s = {ours / floor:.1f} x, limit {_LEAST}/s"
    )
    return 0 if rate >= _LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
