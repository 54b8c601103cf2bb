"""The life of a listing: which status may follow which."""

from __future__ import annotations

from listings.enums import ListingStatus as S

# draft -> ready -> published -> sold / delisted -> archived, and the reasonable ways back:
# a cancelled order brings a sold part back, an ended listing is put up again, the archive is
# opened, and a late payment sells a part whose listing was ended meanwhile.
TRANSITIONS: dict[S, frozenset[S]] = {
    S.DRAFT: frozenset({S.READY, S.ARCHIVED}),
    S.READY: frozenset({S.DRAFT, S.PUBLISHED, S.SOLD, S.ARCHIVED}),
    S.PUBLISHED: frozenset({S.SOLD, S.DELISTED}),
    S.SOLD: frozenset({S.PUBLISHED, S.READY, S.DELISTED, S.ARCHIVED}),
    S.DELISTED: frozenset({S.DRAFT, S.READY, S.PUBLISHED, S.SOLD, S.ARCHIVED}),
    S.ARCHIVED: frozenset({S.DRAFT, S.READY}),
}

# What a marketplace needs must be there before a listing may carry these.
NEEDS_COMPLETENESS: frozenset[S] = frozenset({S.READY, S.PUBLISHED})


def sources_of(target: S) -> list[S]:
    """The statuses from which `target` may be reached, in the order of the enum."""
    return [status for status in S if target in TRANSITIONS[status]]


def allowed_from(status: str) -> list[str]:
    """The statuses that may follow `status`, in the order of the enum."""
    targets = TRANSITIONS[S(status)]
    return [target.value for target in S if target in targets]
