from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from realtrack.core.ids import uuid7


def test_ids_rise_and_never_repeat_also_across_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: [uuid7() for _ in range(500)], range(8)))
    assert len({one for batch in batches for one in batch}) == 4000
    assert all(batch == sorted(batch) for batch in batches)


def test_an_id_is_of_version_7_and_tells_its_time() -> None:
    made = uuid7()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert abs((made.int >> 80) / 1000 - time.time()) < 5
