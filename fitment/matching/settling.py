"""Whether a name counts as a vehicle, and of which make, by what else the text says."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from fitment.matching.hits import Vehicle
from fitment.matching.lookup import Make, Name, Strength
from fitment.matching.text import Token
from fitment.matching.words import COMMON_MODELS, KNOWN_ALONE

if TYPE_CHECKING:
    from fitment.matching.scan import Scanner

# So many words (a trim, years) may part an ordinary word from the model of its make before it.
_COMMON_REACH = 4
# "Make: Honda Model: Pilot": these stand between a make and its model in lists of properties.
_LIST_GLUE = re.compile(r"^\s*[,/&+]?\s*$")
_LABELS = frozenset({"model", "models", "the"})


def _make_order(scan: Scanner, vehicle: Vehicle, extra: list[tuple[int, Make]]) -> list[uuid.UUID]:
    """Return the makes of the text, the likeliest for this vehicle first."""
    segment = scan.tokens[vehicle.first].segment
    hits = [(hit.first, hit.make) for hit in scan.makes if not hit.is_weak] + extra
    hits += [
        (hit.first, hit.make)
        for hit in scan.makes
        if hit.is_weak and abs(vehicle.first - hit.last) <= 2
    ]

    def rank(hit: tuple[int, Make]) -> tuple[int, int]:
        position = hit[0]
        same = scan.tokens[position].segment == segment
        if position < vehicle.first:
            return (0 if same else 2, vehicle.first - position)
        return (1 if same else 3, position - vehicle.first)

    return [make.id for _, make in sorted(hits, key=rank)]


def _is_common(scan: Scanner, vehicle: Vehicle) -> bool:
    keys = [token.key for token in scan.tokens[vehicle.first : vehicle.last + 1]]
    return all(key in COMMON_MODELS and key not in KNOWN_ALONE for key in keys)


def _is_near_make(scan: Scanner, vehicle: Vehicle, make: uuid.UUID) -> bool:
    """Say whether an ordinary word stands where a model would: beside its make, a year, a model."""
    segment = scan.tokens[vehicle.first].segment
    makes = [hit for hit in scan.makes if hit.make.id == make]
    before = vehicle.first - 1
    while before >= 0 and scan.tokens[before].key in _LABELS:
        before -= 1
    if any(hit.last == before or hit.first == vehicle.last + 1 for hit in makes):
        return True
    if any(code.last == vehicle.first - 1 for code in scan.chassis):
        return True
    if vehicle.first - 1 in scan.used and scan.tokens[vehicle.first - 1].segment == segment:
        return True
    return any(
        0 < vehicle.first - other.last <= _COMMON_REACH
        and scan.tokens[other.last].segment == segment
        and any(name.model.make.id == make for name in other.names)
        for other in scan.vehicles
    )


def is_alone(name: Name, token: Token) -> bool:
    """Say whether the name counts without its make; three capitals (TSX, CTS) do too."""
    if name.strength is Strength.ALONE:
        return True
    is_capitals = len(token.key) == 3 and token.text.isupper() and token.key.isalpha()
    return is_capitals and name.strength is Strength.WITH_MAKE and token.key not in COMMON_MODELS


def _vouched(scan: Scanner, vehicle: Vehicle) -> list[Name]:
    """Return the name that its neighbour in a list of models vouches for: `G35 350Z`, `Golf Jetta`.

    Only a name of one make, and only beside a model that says by itself that it is one.
    """
    if len({name.model.make.id for name in vehicle.names}) != 1:
        return []
    for other in scan.vehicles:
        is_beside = other.last == vehicle.first - 1 or other.first == vehicle.last + 1
        later = max(vehicle.first, other.first)
        if not is_beside or not _LIST_GLUE.match(scan.tokens[later].glue):
            continue
        if any(is_alone(name, scan.tokens[other.first]) for name in other.names):
            return list(vehicle.names)
        both = (*vehicle.pattern, *other.pattern)
        if other.pattern and all(any(map(str.isdigit, key)) for key in both if len(key) > 1):
            has_letters = [any(map(str.isalpha, "".join(one.pattern))) for one in (vehicle, other)]
            if all(has_letters):
                return list(vehicle.names)
    return []


def settle(scan: Scanner, vehicle: Vehicle, extra: list[tuple[int, Make]]) -> bool:
    """Order the names by what the text says of makes; False drops the vehicle."""
    order = _make_order(scan, vehicle, extra)
    places = {make: place for place, make in reversed(list(enumerate(order)))}
    known = [name for name in vehicle.names if name.model.make.id in places]
    unknown = [
        name
        for name in vehicle.names
        if name.model.make.id not in places and is_alone(name, scan.tokens[vehicle.first])
    ]
    if known and _is_common(scan, vehicle):
        known = [name for name in known if _is_near_make(scan, vehicle, name.model.make.id)]
    known.sort(key=lambda name: (places[name.model.make.id], bool(name.badge), name.doubt))
    if not known and not unknown:
        unknown = _vouched(scan, vehicle)
    # Named with its make, a model is not also one of another make.
    vehicle.names = tuple(known or unknown)
    vehicle.is_inferred = not known
    return bool(vehicle.names)
