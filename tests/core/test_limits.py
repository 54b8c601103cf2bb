from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from realtrack.core import redis
from realtrack.core.api.throttles import parse_rate
from realtrack.core.errors import Conflict
from realtrack.core.limits import bucket_take, held, window_hit


@pytest.fixture
def name() -> str:
    return f"test-{secrets.token_hex(6)}"


def test_a_bucket_gives_its_burst_and_then_says_how_long_to_wait(name: str) -> None:
    taken = [bucket_take(name, rate=0.01, capacity=3) for _ in range(4)]
    assert taken[:3] == [0.0, 0.0, 0.0]
    assert 90 < taken[3] <= 100
    left = redis.client().pttl(redis.key("bucket", name))
    assert isinstance(left, int)
    assert left > 0


def test_many_takers_at_once_get_no_more_than_there_is(name: str) -> None:
    with ThreadPoolExecutor(20) as pool:
        waits = list(pool.map(lambda _: bucket_take(name, rate=0.01, capacity=7), range(60)))
    assert sum(wait == 0.0 for wait in waits) == 7


def test_a_dear_call_takes_what_it_costs(name: str) -> None:
    assert bucket_take(name, rate=0.01, capacity=10, cost=8) == 0.0
    assert bucket_take(name, rate=0.01, capacity=10, cost=3) > 0
    assert bucket_take(name, rate=0.01, capacity=10, cost=2) == 0.0


def test_a_window_counts_and_tells_when_it_ends(name: str) -> None:
    assert [window_hit(name, limit=2, seconds=60) for _ in range(2)] == [0.0, 0.0]
    assert 0 < window_hit(name, limit=2, seconds=60) <= 60


def test_a_lock_is_held_by_one_and_given_back(name: str) -> None:
    with held(name, seconds=30), pytest.raises(Conflict), held(name, seconds=30):
        pytest.fail("two held it")
    with held(name, seconds=30):
        assert redis.client().exists(redis.key("lock", name)) == 1
    assert redis.client().exists(redis.key("lock", name)) == 0


def test_a_lock_that_ended_by_time_is_not_taken_from_its_next_holder(name: str) -> None:
    with held(name, seconds=30):
        redis.client().set(redis.key("lock", name), "somebody else")
    assert redis.client().get(redis.key("lock", name)) == "somebody else"


@pytest.mark.parametrize(
    ("text", "found"),
    [("10/second", (10, 1)), ("100/minute", (100, 60)), ("1000/hour", (1000, 3600))],
)
def test_rates_are_read(text: str, found: tuple[int, int]) -> None:
    assert parse_rate(text) == found


@pytest.mark.parametrize("text", ["10", "10/fortnight", "x/second"])
def test_a_bad_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_rate(text)
