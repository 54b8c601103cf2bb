"""Which years belong to which vehicle: before it, behind it, or shared by several."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from fitment.matching.hits import Scan, Vehicle
from fitment.matching.text import Token
from fitment.matching.words import COMMON_MODELS, FILLERS
from fitment.matching.years import YearHit

# Further away than this, a lone year is the year of something else ("since 1999").
LONE_YEAR_REACH = 8
# A table's cell or a heading is short; a sentence between is another subject.
_SHORT_SEGMENT = 4
_NOT_MODEL_YEARS = frozenset(
    ["since", "copyright", "established", "est", "founded", "rights", "reserved", "iso"]
)


@dataclass(slots=True, kw_only=True)
class Pair:
    """A vehicle with its years; `penalty` is what the doubt about the pair costs."""

    vehicle: Vehicle
    years: YearHit
    penalty: float = 0.0


@dataclass(slots=True)
class _Group:
    """Neighbouring vehicles or neighbouring years."""

    vehicles: list[Vehicle]
    years: list[YearHit]


def _gap(tokens: list[Token], quiet: set[int], left: int, right: int) -> int:
    """Count the words between two tokens that say something else."""
    return sum(
        1
        for index in range(left + 1, right)
        if index not in quiet and tokens[index].key not in FILLERS
    )


def _distance(tokens: list[Token], quiet: set[int], vehicle: Vehicle, hit: YearHit) -> int:
    if hit.first > vehicle.last:
        return _gap(tokens, quiet, vehicle.last, hit.first)
    return _gap(tokens, quiet, hit.last, vehicle.first)


def _is_word(tokens: list[Token], pair: Pair) -> bool:
    """Say whether nothing but an ordinary word stands for the vehicle."""
    vehicle = pair.vehicle
    keys = [token.key for token in tokens[vehicle.first : vehicle.last + 1]]
    return all(key in COMMON_MODELS for key in keys)


def usable_years(tokens: list[Token], scan: Scan, hits: list[YearHit]) -> list[YearHit]:
    """Drop lone two-digit numbers without a vehicle beside them, and years of foundation."""
    taken = {index for one in scan.vehicles for index in range(one.first, one.last + 1)}
    quiet = {index for hit in scan.makes for index in range(hit.first, hit.last + 1)}
    quiet |= {hit.first for hit in scan.chassis}
    usable = []
    for hit in hits:
        if any(index in taken for index in range(hit.first, hit.last + 1)):
            continue
        if hit.first and tokens[hit.first - 1].key in _NOT_MODEL_YEARS:
            continue
        if hit.is_short and hit.first == hit.last:
            near = [
                one
                for one in scan.vehicles
                if tokens[one.first].segment == tokens[hit.first].segment
                and _distance(tokens, quiet, one, hit) == 0
            ]
            is_padded = "'" in tokens[hit.first].glue or hit.ranges[0][0] % 100 < 10
            if not near or not (is_padded or near[0].first > hit.last or hit.is_open):
                continue
        usable.append(hit)
    return usable


def _groups(vehicles: list[Vehicle], hits: list[YearHit]) -> list[_Group]:
    items: list[Vehicle | YearHit] = [*vehicles, *hits]
    items.sort(key=lambda item: item.first)
    groups: list[_Group] = []
    for item in items:
        if isinstance(item, Vehicle):
            if not groups or not groups[-1].vehicles:
                groups.append(_Group([], []))
            groups[-1].vehicles.append(item)
        else:
            if not groups or not groups[-1].years:
                groups.append(_Group([], []))
            groups[-1].years.append(item)
    return groups


def _before(groups: list[_Group]) -> list[Pair]:
    return [
        Pair(vehicle=vehicle, years=left.years[-1])
        for left, right in pairwise(groups)
        if left.years and right.vehicles
        for vehicle in right.vehicles
    ]


def _after(groups: list[_Group]) -> list[Pair]:
    return [
        Pair(vehicle=vehicle, years=right.years[0])
        for left, right in pairwise(groups)
        if left.vehicles and right.years
        for vehicle in left.vehicles
    ]


def _pair_segment(
    tokens: list[Token], quiet: set[int], vehicles: list[Vehicle], hits: list[YearHit]
) -> list[Pair]:
    groups = _groups(vehicles, hits)
    if len(groups) < 2:
        return []
    starts_with_years, ends_with_years = bool(groups[0].years), bool(groups[-1].years)
    if starts_with_years and not ends_with_years:
        return _before(groups)
    if not starts_with_years and ends_with_years:
        return _after(groups)
    if starts_with_years:
        first = _distance(tokens, quiet, groups[1].vehicles[0], groups[0].years[-1])
        last = _distance(tokens, quiet, groups[-2].vehicles[-1], groups[-1].years[0])
        return _before(groups) if first <= last else _after(groups)
    # Vehicles at both ends: the last has no years of its own.
    pairs = _after(groups)
    owed, between = groups[-1], groups[-2]
    is_own = len(between.years) > 1
    years = between.years[-1]
    if is_own or _distance(tokens, quiet, owed.vehicles[0], years) == 0:
        penalty = 0.0 if is_own else 0.25
        pairs += [Pair(vehicle=one, years=years, penalty=penalty) for one in owed.vehicles]
    return pairs


def _neighbour(
    order: list[int],
    place: int,
    lengths: dict[int, int],
    has_years: dict[int, list[YearHit]],
    has_vehicles: set[int],
) -> YearHit | None:
    """Return the years of the cell behind or the heading before a sentence that has none."""
    position = place + 1
    while position < len(order) and position <= place + 3:
        segment = order[position]
        if has_years.get(segment) and segment not in has_vehicles:
            return has_years[segment][0] if lengths[segment] <= _SHORT_SEGMENT else None
        if segment in has_vehicles or lengths[segment] > _SHORT_SEGMENT:
            break
        position += 1
    position = place - 1
    while position >= 0:
        segment = order[position]
        if has_years.get(segment):
            return None if segment in has_vehicles else has_years[segment][-1]
        if segment not in has_vehicles and lengths[segment] > _SHORT_SEGMENT:
            return None
        position -= 1
    return None


def _near_enough(tokens: list[Token], scan: Scan, pairs: list[Pair], quiet: set[int]) -> list[Pair]:
    """Drop pairs whose year is likelier one of something else; what is far apart is less sure."""
    kept: list[Pair] = []
    for pair in pairs:
        far = _distance(tokens, quiet, pair.vehicle, pair.years)
        same = tokens[pair.vehicle.first].segment == tokens[pair.years.first].segment
        if same and pair.years.size == 1 and not pair.years.is_open and far > LONE_YEAR_REACH:
            continue
        if same and far and not scan.makes and pair.years.size == 1 and _is_word(tokens, pair):
            # "Rogue fitness bar 2018": an ordinary word, a lone year not beside it, no make.
            continue
        if same and far > LONE_YEAR_REACH // 2:
            pair.penalty += 0.1
        kept.append(pair)
    return kept


def pair_years(
    tokens: list[Token], scan: Scan, hits: list[YearHit], quiet: set[int]
) -> tuple[list[Pair], list[Vehicle]]:
    """Return the pairs, and the vehicles for which the text names no year."""
    lengths: dict[int, int] = {}
    for token in tokens:
        lengths[token.segment] = lengths.get(token.segment, 0) + 1
    vehicles_of: dict[int, list[Vehicle]] = {}
    years_of: dict[int, list[YearHit]] = {}
    for vehicle in scan.vehicles:
        vehicles_of.setdefault(tokens[vehicle.first].segment, []).append(vehicle)
    for hit in hits:
        if hit.first not in scan.negated:
            years_of.setdefault(tokens[hit.first].segment, []).append(hit)
    order = sorted(lengths)
    pairs: list[Pair] = []
    for place, segment in enumerate(order):
        vehicles = vehicles_of.get(segment, [])
        years = years_of.get(segment, [])
        if vehicles and years:
            pairs += _pair_segment(tokens, quiet, vehicles, years)
        elif vehicles:
            borrowed = _neighbour(order, place, lengths, years_of, set(vehicles_of))
            if borrowed is not None and not borrowed.is_short:
                pairs += [Pair(vehicle=one, years=borrowed, penalty=0.2) for one in vehicles]
    kept = _near_enough(tokens, scan, pairs, quiet)
    paired = {id(pair.vehicle) for pair in kept}
    return kept, [one for one in scan.vehicles if id(one) not in paired]
