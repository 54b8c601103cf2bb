"""The lists of brands and part types: as shipped, and over them what staff changed in the admin."""

from __future__ import annotations

import dataclasses
from functools import lru_cache

from django.db import transaction
from django.db.models import Count, Max

from ingestion import events
from ingestion.enums import AliasKind
from ingestion.models import TradeWord
from ingestion.reference import reference
from ingestion.reference.phrases import PhraseIndex, words_of
from ingestion.reference.tables import (
    Brand,
    BrandKind,
    PartType,
    Reference,
    shipped_brands,
    shipped_part_types,
)
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.registry import SeedResult

_BATCH = 500


def trade_tables() -> Reference:
    """Return the look-up tables in force; one query, built anew only when the lists have changed."""
    state = TradeWord.objects.aggregate(count=Count("pk"), newest=Max("updated_at"))
    if not state["count"]:
        return reference()
    return _tables(f"{state['count']}:{state['newest']}")


@transaction.atomic
def trade_word_save(*, word: TradeWord, actor: Actor) -> None:
    """Store a brand or part type that someone changed, and note it in the log."""
    word.save()
    core_events.emit(
        events.TradeWordChanged(entity_id=word.pk, kind=word.kind, word=word.name), actor=actor
    )


def seed_trade_words() -> SeedResult:
    """Put the shipped lists where staff can edit them; what is there is left as it is. Idempotent."""
    wanted: dict[tuple[str, str], TradeWord] = {}
    for kind, shipped in (
        (AliasKind.BRAND, shipped_brands()),
        (AliasKind.PART_TYPE, shipped_part_types()),
    ):
        for value, spellings in shipped:
            detail = value.kind.value if isinstance(value, Brand) else value.sides
            word = TradeWord(
                kind=kind, name=value.name, spellings="\n".join(spellings), detail=detail
            )
            wanted.setdefault((kind.value, value.name.lower()), word)
    with transaction.atomic():
        there = {
            (kind, name.lower()) for kind, name in TradeWord.objects.values_list("kind", "name")
        }
        new = [word for key, word in wanted.items() if key not in there]
        TradeWord.objects.bulk_create(new, batch_size=_BATCH, ignore_conflicts=True)
    return SeedResult(created=len(new), same=len(there))


@lru_cache(maxsize=2)
def _tables(version: str) -> Reference:
    del version  # what is kept is kept for this state of the lists
    shipped = reference()
    brands: list[tuple[str, Brand]] = []
    part_types: list[tuple[str, PartType]] = []
    known_types = {value.name.lower(): value for value, _ in shipped_part_types()}
    # The first spelling wins: a vehicle make is not hidden by a parts brand's alias.
    words = sorted(
        TradeWord.objects.filter(is_used=True), key=lambda one: one.detail != BrandKind.VEHICLE
    )
    for word in words:
        spellings = [word.name, *(text for text in word.spellings.splitlines() if text.strip())]
        if word.kind == AliasKind.BRAND:
            brand = _brand(word, shipped)
            brands += [(text, brand) for text in spellings]
        else:
            known = known_types.get(word.name.lower())
            part_type = PartType(
                name=word.name,
                group=known.group if known else "",
                sides=word.detail or "none",
                weight_lb=known.weight_lb if known else None,
            )
            part_types += [(text, part_type) for text in spellings]
    return dataclasses.replace(
        shipped,
        brands=PhraseIndex(brands),
        part_types=PhraseIndex(part_types),
        brand_names={" ".join(words_of(brand.name)): brand for _, brand in brands},
    )


def _brand(word: TradeWord, shipped: Reference) -> Brand:
    known = shipped.brand_names.get(" ".join(words_of(word.name)))
    kind = BrandKind(word.detail) if word.detail in set(BrandKind) else BrandKind.AFTERMARKET
    return Brand(
        name=word.name,
        kind=kind,
        pattern=known.pattern if known else "",
        doubtful=known.doubtful if known else frozenset(),
    )
