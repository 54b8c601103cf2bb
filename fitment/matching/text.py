"""A listing's words as tokens that know where they stood and what stood between them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from fitment.naming import fold

# A description is HTML of a few kilobytes; what stands behind this is boilerplate.
TEXT_LIMIT = 20_000

_HIDDEN = re.compile(r"<(style|script)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_BLOCK = re.compile(r"<\s*/?\s*(?:br|p|div|li|ul|ol|tr|table|h\d)\b[^>]*>", re.IGNORECASE)
# The cells of a row belong together: a year in one, the model in the next.
_CELL = re.compile(r"<\s*/?\s*t[dh]\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!][^>]*>")
_TOKEN = re.compile(r"\d+\.\d+[A-Za-z]{0,3}(?![A-Za-z0-9])|[^\W_]+")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-") | dict.fromkeys(map(ord, "’`´"), "'")
# A full stop ends a sentence only before a blank; "2.4" and "ID.4" are not two sentences.
_HARD = re.compile(r"[\n;•·●]|[.!?]\s")


@dataclass(slots=True)
class Token:
    """One word: `key` is folded; `glue` stands between it and the word before it, `tail` behind."""

    text: str
    key: str
    start: int
    end: int
    glue: str
    segment: int
    tail: str = ""


def plain_text(text: str) -> str:
    """Return `text` without HTML; block elements end a line."""
    text = text[:TEXT_LIMIT]
    if "<" in text:
        text = _HIDDEN.sub(" ", text)
        text = _TAG.sub(" ", _CELL.sub("\t", _BLOCK.sub("\n", text)))
    if "&" in text:
        text = html.unescape(text)
    return text.translate(_DASHES).replace("\xa0", " ")


def tokenise(text: str) -> list[Token]:
    """Return the words of `text` (as `plain_text` gives it); each hard stop begins a segment."""
    tokens: list[Token] = []
    position = segment = 0
    for match in _TOKEN.finditer(text):
        glue = text[position : match.start()]
        if tokens and glue != " " and _HARD.search(glue):
            segment += 1
        if tokens:
            tokens[-1].tail = glue
        word = match.group()
        tokens.append(
            Token(
                text=word,
                key=word.lower() if word.isascii() else fold(word),
                start=match.start(),
                end=match.end(),
                glue=glue,
                segment=segment,
            )
        )
        position = match.end()
    if tokens:
        tokens[-1].tail = text[position:]
    return tokens


def words(name: str) -> tuple[str, ...]:
    """Return the keys of a name's words, cut as a text is cut."""
    return tuple(token.key for token in tokenise(plain_text(name)))
