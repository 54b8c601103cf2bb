"""How many texts of sellers are read for vehicles in a second on one core.

Floor: cutting the same texts into words, which any reader must do. Limit: 1,000 texts a second. Run
it on an idle machine: `python benchmarks/detect.py`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT_ROOT))

from fitment.matching import detect  # noqa: E402  # the project is not installed as a package
from fitment.matching.accuracy import cases_read  # noqa: E402
from fitment.matching.from_seed import seed_lookup  # noqa: E402
from fitment.matching.text import plain_text, tokenise  # noqa: E402

_LIMIT = 1000.0
_ROUNDS = 5


def _rate(read: Callable[[str], object], texts: list[str]) -> float:
    """Return the best rate of some rounds: the others were disturbed."""
    best = 0.0
    for _ in range(_ROUNDS):
        begun = time.process_time()
        for text in texts:
            read(text)
        best = max(best, len(texts) / (time.process_time() - begun))
    return best


def main() -> int:
    """Measure, print, and return 1 when the limit is broken."""
    data = PROJECT_ROOT / "tests" / "fitment" / "data"
    texts = [case.text for case in cases_read(sorted(data.glob("text_cases*.txt")))]
    begun = time.perf_counter()
    lookup = seed_lookup()
    built = time.perf_counter() - begun
    floor = _rate(lambda text: tokenise(plain_text(text)), texts)
    found = _rate(lambda text: detect(text, lookup), texts)
    print(f"tables built once in {built:.2f} s; {len(texts)} texts")
    print(f"words only {floor:10,.0f}/s")
    print(f"vehicles   {found:10,.0f}/s   {floor / found:.1f} x the floor   limit {_LIMIT:,.0f}/s")
    return int(found < _LIMIT)


if __name__ == "__main__":
    sys.exit(main())
