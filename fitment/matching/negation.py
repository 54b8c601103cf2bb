"""Which words of a text a "not for" or "except" covers."""

from __future__ import annotations

from fitment.matching.text import Token
from fitment.matching.words import AFFIRMATIONS, NEGATIONS


def find_negated(tokens: list[Token]) -> set[int]:
    """Return the tokens that a "not for" or "except" covers."""
    covered: set[int] = set()
    index = 0
    while index < len(tokens):
        length = next(
            (
                size
                for size in (3, 2, 1)
                if tuple(token.key for token in tokens[index : index + size]) in NEGATIONS
            ),
            0,
        )
        if not length:
            index += 1
            continue
        is_hard = NEGATIONS[tuple(token.key for token in tokens[index : index + length])]
        segment = tokens[index].segment
        position = index + length
        while position < len(tokens) and tokens[position].segment == segment:
            glue = tokens[position].glue
            if ")" in glue or "]" in glue or tokens[position].key in AFFIRMATIONS:
                break
            if not is_hard and "," in glue and position > index + length:
                break
            covered.add(position)
            position += 1
        index = max(position, index + length)
    return covered
