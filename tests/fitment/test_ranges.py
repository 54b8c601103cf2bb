"""Ranges, differences and limits: pure, so held against random sets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fitment.ranges import Span, compact, differ, expand, trim

years = st.sets(st.tuples(st.sampled_from("abc"), st.integers(1990, 2010)), max_size=40)
spans = st.lists(
    st.builds(
        lambda key, start, more: Span(key, start, start + more),
        st.sampled_from("abc"), st.integers(1990, 2010), st.integers(0, 9),
    ),
    max_size=8,
)  # fmt: skip


@given(years)
def test_field2_12_what_is_compressed_expands_to_the_same(found: set[tuple[str, int]]) -> None:
    packed = compact(found)
    assert expand(packed) == found
    # The fewest: no two of a vehicle touch.
    ends = {(span.key, span.end + 1) for span in packed}
    assert not ends & {(span.key, span.start) for span in packed}


@given(spans, spans)
def test_field2_12_a_difference_adds_up(old: list[Span[str]], new: list[Span[str]]) -> None:
    found = differ(old, new)
    added, dropped, kept = map(expand, (found.added, found.dropped, found.kept))
    assert kept | added == expand(new)
    assert kept | dropped == expand(old)
    assert not added & dropped
    assert not kept & (added | dropped)


def test_field2_12_a_planted_overlap_is_found() -> None:
    found = differ([Span("camry", 2007, 2011)], [Span("camry", 2010, 2013)])
    assert (found.added, found.dropped, found.kept) == (
        (Span("camry", 2012, 2013),),
        (Span("camry", 2007, 2009),),
        (Span("camry", 2010, 2011),),
    )


@given(spans, st.integers(0, 60))
def test_a_limit_loses_nothing_unnamed(rows: list[Span[str]], limit: int) -> None:
    cut = trim(rows, limit)
    assert set(cut.sent) | expand(cut.left) == expand(rows)
    assert len(cut.sent) == min(limit, len(expand(rows)))
    assert cut.left_count == len(expand(rows)) - len(cut.sent)


def test_field2_13_of_412_rows_300_are_sent_and_112_named() -> None:
    # given: 103 models in four years each
    rows = [Span(f"Model {number:03}", 2001, 2004) for number in range(103)]

    # when
    cut = trim(rows, 300)

    # then: the newest first
    assert len(cut.sent) == 300
    assert cut.left_count == 112
    assert sum(year == 2001 for _, year in cut.sent) == 0
    assert cut.left[0] == Span("Model 000", 2001, 2001)
