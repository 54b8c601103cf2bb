"""The vehicle reference data, frozen in memory in the form in which texts are searched."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum

from fitment.matching.text import words
from fitment.matching.words import COMMON_MAKES, COMMON_MODELS, KNOWN_ALONE
from fitment.naming import name_key

# Words of an alias that narrow nothing.
_NO_TRIM = frozenset({"pickup", "truck", "van", "ev", "suv", "car"})
_LETTERS_DIGITS = re.compile(r"^([a-z]+)(\d+)$")


class Strength(IntEnum):
    """What a name needs beside it to count as a vehicle."""

    NEXT_TO_MAKE = 1  # "3", "C", "1500", "IS": directly after its make
    WITH_MAKE = 2  # "A4", "Focus": its make is somewhere in the text
    ALONE = 3  # "Camry", "Silverado 1500"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An engine as the reference data knows it."""

    id: uuid.UUID
    code: str
    litres: Decimal | None
    cylinders: int | None
    layout: str
    fuel: str
    aspiration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """A make."""

    id: uuid.UUID
    slug: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model with what is known of it; `submodels` are by the letters and digits of their name."""

    id: uuid.UUID
    slug: str
    name: str
    make: Make
    years: frozenset[int]
    engines: Mapping[int, tuple[Engine, ...]] = field(default_factory=dict)
    submodels: Mapping[str, tuple[uuid.UUID, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chassis:
    """A generation's code."""

    code: str
    make: Make
    models: tuple[Model, ...]
    year_start: int
    year_end: int
    is_certain: bool
    stands_alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A way to write a model. `badge` is kept as submodel; `doubt` lowers the confidence.

    `extra` are the words that an alias adds to the model's name: "Type S" of "RSX Type S".
    """

    model: Model
    strength: Strength
    badge: str = ""
    extra: str = ""
    doubt: float = 0.0
    # The words must be joined ("C-10") or stand after the make ("Chevrolet C 10").
    is_split: bool = False


@dataclass(frozen=True, slots=True)
class VehicleLookup:
    """Everything that the matcher asks; read-only, shared by threads."""

    makes: Mapping[tuple[str, ...], Make]
    weak_makes: frozenset[tuple[str, ...]]
    names: Mapping[tuple[str, ...], tuple[Name, ...]]
    name_lengths: Mapping[str, tuple[int, ...]]
    make_lengths: Mapping[str, tuple[int, ...]]
    chassis: Mapping[str, tuple[Chassis, ...]]
    models_of: Mapping[uuid.UUID, tuple[Model, ...]]
    model_by_slug: Mapping[tuple[str, str], Model]


@dataclass(slots=True)
class _Builder:
    names: dict[tuple[str, ...], dict[uuid.UUID, Name]]

    def add(self, pattern: tuple[str, ...], name: Name) -> None:
        known = self.names[pattern].get(name.model.id)
        # The model's own name beats an alias, a sure way to write it beats an unsure one.
        if known is None or ((known.badge or known.doubt or known.is_split) and not name.badge):
            self.names[pattern][name.model.id] = name


def strength_of(pattern: tuple[str, ...]) -> Strength:
    """Say what a name of these words needs beside it."""
    joined = "".join(pattern)
    if joined.isdigit() or (len(joined) <= 2 and joined.isalpha()) or len(joined) == 1:
        return Strength.NEXT_TO_MAKE
    if len(pattern) == 1:
        if joined in COMMON_MODELS and joined not in KNOWN_ALONE:
            return Strength.WITH_MAKE
        if joined.isalpha():
            return Strength.ALONE if len(joined) >= 4 else Strength.WITH_MAKE
        return (
            Strength.ALONE if len(joined) >= 4 and not joined[0].isdigit() else Strength.WITH_MAKE
        )
    if all(word in COMMON_MODELS or len(word) <= 2 or word.isdigit() for word in pattern):
        return Strength.WITH_MAKE
    return Strength.ALONE if len(joined) >= 5 else Strength.WITH_MAKE


def _patterns(text: str) -> Iterable[tuple[tuple[str, ...], bool]]:
    """Yield the ways in which sellers cut and join the words of a name; True: joined by a dash."""
    base = words(text)
    if not base:
        return
    yield base, False
    joined = "".join(base)
    if len(base) > 1 and (len(joined) >= 6 or "-" in text or "." in text):
        yield (joined,), False
    if len(base) == 3:
        yield (base[0] + base[1], base[2]), False
        yield (base[0], base[1] + base[2]), False
    match = _LETTERS_DIGITS.match(joined)
    if match:
        is_clear = len(match[1]) >= 3
        yield (match[1], match[2]), not is_clear and base != (match[1], match[2])


def add_model_name(
    builder: _Builder,
    model: Model,
    text: str,
    *,
    badge: str = "",
    extra: str = "",
    doubt: float = 0.0,
) -> None:
    """Add every way to write `text` as a name of `model`."""
    for pattern, is_split in _patterns(text):
        strength = strength_of(pattern)
        name = Name(
            model=model, strength=strength, badge=badge, extra=extra, doubt=doubt, is_split=is_split
        )
        builder.add(pattern, name)


def _extra_words(model: Model, alias: str) -> str:
    """Return what an alias says beyond the model's name, such as a trim; it must not be lost."""
    name = words(model.name)
    if words(alias)[: len(name)] != name:
        return ""
    rest = list(alias.split()[len(model.name.split()) :])
    return " ".join(word for word in rest if word.lower() not in _NO_TRIM)


def _badges(model: Model) -> Iterable[str]:
    """Yield submodel names that sellers write as if they were the model: 325i, C350."""
    for _, text in model.submodels.values():
        if " " not in text and len(text) >= 4 and text.isalnum():
            digits = sum(char.isdigit() for char in text)
            if digits >= 2 and digits < len(text):
                yield text


def _by_length(patterns: Iterable[tuple[str, ...]]) -> dict[str, tuple[int, ...]]:
    lengths: dict[str, set[int]] = defaultdict(set)
    for pattern in patterns:
        lengths[pattern[0]].add(len(pattern))
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


def build_lookup(
    *,
    makes: Mapping[uuid.UUID, Make],
    models: Iterable[Model],
    make_aliases: Iterable[tuple[Make, str]],
    model_aliases: Iterable[tuple[Model, str, str, str]],
    chassis: Iterable[Chassis],
) -> VehicleLookup:
    """Freeze the reference data. `model_aliases`: model, alias, kind, note."""
    models = tuple(models)
    builder = _Builder(names=defaultdict(dict))
    by_make: dict[uuid.UUID, list[Model]] = defaultdict(list)
    for model in models:
        by_make[model.make.id].append(model)
        add_model_name(builder, model, model.name)
        for badge in _badges(model):
            add_model_name(builder, model, badge, badge=badge)
    for model, alias, kind, note in model_aliases:
        doubt = 0.1 if "lower confidence" in note else 0.05 if kind == "misspelling" else 0.0
        add_model_name(
            builder,
            model,
            alias,
            badge=alias if kind == "badge" else "",
            extra=_extra_words(model, alias) if kind == "alias" else "",
            doubt=doubt,
        )
    make_names: dict[tuple[str, ...], Make] = {}
    for make in makes.values():
        for text in (
            make.name,
            *(alias for owner, alias in make_aliases if owner == make),
        ):
            pattern = words(text)
            make_names[pattern] = make
            joined = "".join(pattern)
            if len(pattern) > 1 and len(joined) >= 6:
                make_names[joined,] = make
    codes: dict[str, list[Chassis]] = defaultdict(list)
    for one in chassis:
        codes[name_key(one.code)].append(one)
    names = {pattern: tuple(found.values()) for pattern, found in builder.names.items()}
    return VehicleLookup(
        makes=make_names,
        weak_makes=frozenset(pattern for pattern in make_names if "".join(pattern) in COMMON_MAKES),
        names=names,
        name_lengths=_by_length(names),
        make_lengths=_by_length(make_names),
        chassis={key: tuple(found) for key, found in codes.items()},
        models_of={make: tuple(found) for make, found in by_make.items()},
        model_by_slug={(model.make.slug, model.slug): model for model in models},
    )
