"""The parts of the generated catalog: vehicles and part types of the reference data, by Zipf.

81 makes at most; a few makes, brands and part types have most of the parts, as in real catalogs.
Titles come from the product's own composer. Everything follows from the seed and the row's number.
"""

from __future__ import annotations

import csv
import itertools
import multiprocessing
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from listings.titles import TitleFacts, compose

ROOT = Path(__file__).resolve().parents[2]
MAKES = 81
# How steep the skew is: the weight of the k-th is 1 / k ** slope.
_MAKE_SLOPE, _MODEL_SLOPE, _BRAND_SLOPE, _TYPE_SLOPE = 0.9, 0.7, 1.05, 0.8
_STEP = 5_000  # parts a step; part of what the seed means
_FIRST_YEAR = 1990
_SIDES = {
    "left_right": ("Left", "Right"),
    "front_rear": ("Front", "Rear"),
    "corner": ("Front Left", "Front Right", "Rear Left", "Rear Right"),
}
_POPULAR = (
    "Toyota", "Ford", "Honda", "Chevrolet", "Nissan", "BMW", "Volkswagen", "Mercedes-Benz", "Audi",
    "Hyundai", "Kia", "Jeep", "Mazda", "Subaru", "GMC", "Dodge", "Lexus", "Volvo",
)  # fmt: skip
_CONDITIONS = ("3000", "3000", "3000", "3000", "3000", "3000", "1000", "1000", "2500", "7000")
_STATES = (
    ("published", '{"ebay": "live"}'), ("published", '{"ebay": "live"}'),
    ("published", '{"ebay": "live"}'), ("published", '{"ebay": "live", "shopify": "live"}'),
    ("published", '{"ebay": "live"}'), ("ready", "{}"), ("draft", "{}"), ("draft", "{}"),
    ("sold", '{"ebay": "ended"}'), ("sold", '{"ebay": "ended"}'),
)  # fmt: skip
_STOCK = (1, 1, 1, 1, 1, 2, 2, 3, 4, 8)
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_WORDS = (
    "tested", "on", "the", "bench", "before", "removal", "stored", "dry", "small", "scratches",
    "mounting", "points", "intact", "connector", "included", "compare", "number", "photo",
    "donor", "vehicle", "low", "mileage", "warehouse", "inspected", "cleaned", "ships", "next",
    "day", "returns", "accepted", "housing", "seal", "original", "finish", "cable", "undamaged",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One row to be, in the order of the staging table's columns."""

    sku: str
    title: str
    brand: str
    part_type: str
    mpn: str
    oe: str
    price: str
    condition: str
    category_id: str
    category_name: str
    status: str
    stock: int
    health: int
    photos: int
    channels: str
    bin: str
    position: str
    make: str
    model: str
    year_start: int
    year_end: int
    description: str


@dataclass(frozen=True, slots=True)
class _Vehicle:
    make: str
    model: str
    first: int
    last: int
    engines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Type:
    name: str
    group: str
    sides: tuple[str, ...]
    number: int


class Parts:
    """A repeatable row of parts, made in steps that do not depend on one another."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = random.Random(seed)
        self._vehicles, self._vehicle_weights = _vehicles()
        self._brands = _brands()
        self._brand_weights = _zipf(len(self._brands), _BRAND_SLOPE)
        self._types = _types(self._random)
        self._type_weights = _zipf(len(self._types), _TYPE_SLOPE)

    def step(self, start: int, size: int) -> list[Part]:
        """The parts number `start` + 1 to `start` + `size`."""
        self._random = random.Random(f"{self._seed}:{start}")
        pick = self._random.choices
        vehicles = pick(self._vehicles, cum_weights=self._vehicle_weights, k=size)
        brands = pick(self._brands, cum_weights=self._brand_weights, k=size)
        types = pick(self._types, cum_weights=self._type_weights, k=size)
        drawn = zip(vehicles, brands, types, strict=True)
        return [self._part(start + n, *one) for n, one in enumerate(drawn, start=1)]

    def _part(self, n: int, vehicle: _Vehicle, brand: str, kind: _Type) -> Part:
        rnd = self._random
        first = rnd.randint(vehicle.first, vehicle.last)
        last = min(vehicle.last, first + rnd.choice((0, 0, 2, 3, 4, 5)))
        mpn = self._number(vehicle.make, kind.number)
        position = rnd.choice(kind.sides) if kind.sides else ""
        condition = rnd.choice(_CONDITIONS)
        status, channels = rnd.choice(_STATES)
        # Half of a breaker's parts are the car maker's own.
        maker = vehicle.make if rnd.random() < 0.5 else brand
        title = compose(
            TitleFacts(
                part_name=kind.name,
                years=(first, last),
                make=vehicle.make,
                model=vehicle.model,
                engine=rnd.choice(vehicle.engines) if vehicle.engines else "",
                position=position,
                numbers=(mpn,),
                condition_id=condition,
            )
        ).title
        return Part(
            sku=f"G-{n:07d}",
            title=title,
            brand=maker,
            part_type=kind.name,
            mpn=mpn,
            oe=self._number(vehicle.make, kind.number) if rnd.random() < 0.4 else "",
            price=f"{round(rnd.lognormvariate(4.2, 0.9), 2):.2f}",
            condition=condition,
            category_id=str(33_000 + kind.number),
            category_name=kind.group,
            status=status,
            stock=0 if status == "sold" else rnd.choice(_STOCK),
            health=rnd.choice((100, 96, 93, 88, 76, 61, 45)),
            photos=rnd.choice((0, 1, 4, 6, 8)),
            channels=channels,
            bin=f"{rnd.choice('ABCDEFGH')}-{rnd.randint(1, 60):02d}-{rnd.randint(1, 6)}",
            position=position,
            make=vehicle.make,
            model=vehicle.model,
            year_start=first,
            year_end=last,
            description=" ".join(rnd.choices(_WORDS, k=24)),
        )

    def _number(self, make: str, kind: int) -> str:
        """A number in the shape that the make's have: digits in groups, letters at the end."""
        rnd = self._random
        digits = rnd.randint(0, 999_999)
        tail = "".join(rnd.choices(_LETTERS, k=2))
        match len(make) % 3:
            case 0:
                return f"{10_000 + kind * 37 % 90_000}-{tail[0]}{digits % 100:02d}-{digits:06d}"
            case 1:
                return f"{kind % 100:02d} {digits // 1000:03d} {digits % 1000:03d} {tail}"
            case _:
                return f"{tail}{digits:06d}{kind % 1000:03d}"


def make_parts(count: int, seed: int) -> Iterator[Part]:
    """The first `count` parts of a seed, in order; every core makes its share."""
    starts = [(start, min(_STEP, count - start)) for start in range(0, count, _STEP)]
    with multiprocessing.get_context("fork").Pool(initializer=_prepare, initargs=(seed,)) as pool:
        for parts in pool.imap(_step_of, starts):
            yield from parts


def _prepare(seed: int) -> None:
    globals()["_parts"] = Parts(seed)


def _step_of(step: tuple[int, int]) -> list[Part]:
    parts: Parts = globals()["_parts"]
    return parts.step(*step)


def _zipf(count: int, slope: float) -> list[float]:
    return list(itertools.accumulate(1 / rank**slope for rank in range(1, count + 1)))


def _rows(path: str) -> list[dict[str, str]]:
    with (ROOT / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _years(text: str) -> list[int]:
    found: list[int] = []
    for piece in text.split(";"):
        first, _, last = piece.partition("-")
        if first.isdigit():
            found.extend(range(int(first), int(last or first) + 1))
    return found


def _vehicles() -> tuple[list[_Vehicle], list[float]]:
    engines = {row["id"]: row["displacement_l"] for row in _rows("fitment/data/engines.csv")}
    by_model: dict[tuple[str, str], list[str]] = {}
    for row in _rows("fitment/data/model_engines.csv"):
        size = engines.get(row["engine_id"], "")
        if size:
            by_model.setdefault((row["make"], row["model"]), []).append(f"{size}L")
    by_make: dict[str, list[_Vehicle]] = {}
    for row in _rows("fitment/data/models.csv"):
        years = [year for year in _years(row["years"]) if year >= _FIRST_YEAR]
        if years:
            sizes = tuple(sorted(set(by_model.get((row["make"], row["model"]), ()))))
            vehicle = _Vehicle(row["make"], row["model"], min(years), max(years), sizes)
            by_make.setdefault(row["make"], []).append(vehicle)
    return _weighed(by_make)


def _weighed(by_make: dict[str, list[_Vehicle]]) -> tuple[list[_Vehicle], list[float]]:
    """All models with their cumulated weights: makes by Zipf, within a make models by Zipf."""
    popular = [make for make in _POPULAR if make in by_make]
    others = sorted((set(by_make) - set(popular)), key=lambda make: (-len(by_make[make]), make))
    vehicles: list[_Vehicle] = []
    weights: list[float] = []
    for rank, make in enumerate([*popular, *others][:MAKES], start=1):
        # Models that were sold for longest have most of the parts.
        models = sorted(by_make[make], key=lambda one: (one.first - one.last, one.model))
        shares = [1 / place**_MODEL_SLOPE for place in range(1, len(models) + 1)]
        whole = sum(shares) * rank**_MAKE_SLOPE
        vehicles.extend(models)
        weights.extend(share / whole for share in shares)
    return vehicles, list(itertools.accumulate(weights))


def _brands() -> Sequence[str]:
    return [row["name"] for row in _rows("ingestion/data/brands.csv") if len(row["name"]) > 1]


def _types(rnd: random.Random) -> Sequence[_Type]:
    rows = _rows("ingestion/data/part_types.csv")
    rnd.shuffle(rows)
    return [
        _Type(row["name"], row["group"], _SIDES.get(row["sides"], ()), number)
        for number, row in enumerate(rows, start=1)
    ]
