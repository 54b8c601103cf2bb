"""Find known phrases in a text: longest first, by whole words, whatever their case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


def fold(text: str) -> str:
    """Return `text` lower-cased and without accents."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of `text`, folded; signs between them are dropped."""
    return tuple(_WORD.findall(fold(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[T]):
    """A known phrase in a text; `whole` says that the text holds nothing else."""

    value: T
    phrase: tuple[str, ...]
    start: int
    whole: bool


class PhraseIndex(Generic[T]):
    """Phrases by their words; frozen after construction."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        table: dict[tuple[str, ...], T] = {}
        for text, value in phrases:
            key = words_of(text)
            if key:
                table.setdefault(key, value)
        self._table: Mapping[tuple[str, ...], T] = table
        self._longest = max((len(key) for key in table), default=0)

    def __len__(self) -> int:
        return len(self._table)

    def find(self, text: str) -> list[Found[T]]:
        """Return the phrases in `text` from left to right; a longer one hides those inside it."""
        words = words_of(text)
        found: list[Found[T]] = []
        start = 0
        while start < len(words):
            step = 1
            for length in range(min(self._longest, len(words) - start), 0, -1):
                phrase = words[start : start + length]
                if phrase in self._table:
                    found.append(
                        Found(
                            value=self._table[phrase],
                            phrase=phrase,
                            start=start,
                            whole=length == len(words),
                        )
                    )
                    step = length
                    break
            start += step
        return found

    def values_once(self, name: Callable[[T], str]) -> list[str]:
        """Return the names of all values, each once, sorted."""
        return sorted({name(value) for value in self._table.values()})

    def get(self, text: str) -> T | None:
        """Return the value of exactly this phrase."""
        return self._table.get(words_of(text))
