"""From understood words to what PostgreSQL matches: one tsquery."""

from __future__ import annotations

import re
from dataclasses import dataclass

from listings.part_numbers import normalise
from listings.selectors.query import ParsedQuery
from realtrack.core import registry

_SHORTEST_PREFIX = 3  # a shorter start of a word matches half of the catalog
_MOST_TYPE_WORDS = 12  # of a long text only the beginning names a part type
# Models that are written with a hyphen and typed without: F-150, MX-5, CR-V.
_MODEL = re.compile(r"([A-Za-z]{1,3})(\d{1,4})|([A-Za-z]{2})([VvXx])")
_LETTERS = re.compile(r"[A-Za-z]+")  # anything else could be an operator once unaccented


@dataclass(frozen=True, slots=True, kw_only=True)
class TsQuery:
    """SQL of a tsquery with its parameters, and what ranks a part first that it names wholly.

    `numbers` are part numbers, `types` names that a part type may have, in lower case.
    """

    sql: str
    params: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    @property
    def match(self) -> str:
        """The condition on `listing_search`, with the same parameters."""
        return f"document @@ {self.sql}"


def tsquery_of(parsed: ParsedQuery) -> TsQuery | None:
    """All words and phrases must match, no exclusion may; None where nothing was typed."""
    parts: list[str] = []
    params: list[str] = []
    numbers: list[str] = []
    words = _paired(parsed, parts, params)
    for group in _groups(words):
        sql, given, found = _group_sql(group, parsed, is_last=group[-1] == parsed.words[-1])
        parts.append(sql)
        params.extend(given)
        numbers.extend(found)
    for phrase in parsed.phrases:
        parts.append("phraseto_tsquery('english', rt_unaccent(%s))")
        params.append(phrase)
    for word in parsed.excluded:
        parts.append("(!! phraseto_tsquery('english', rt_unaccent(%s)))")
        params.append(word)
    if not parts:
        return None
    return TsQuery(
        sql=f"({' && '.join(parts)})",
        params=tuple(params),
        numbers=tuple(numbers),
        types=_types_named(parsed),
    )


def _types_named(parsed: ParsedQuery) -> tuple[str, ...]:
    """One to three neighbouring words, and the first of each as one: `alternator`, `fuel pump`."""
    words = " ".join((*parsed.words, *parsed.phrases)).casefold().split()[:_MOST_TYPE_WORDS]
    runs = [
        " ".join(words[start : start + length])
        for length in range(1, 4)
        for start in range(len(words) - length + 1)
    ]
    meant = [other for others in parsed.alternatives.values() for other in others]
    every = [*runs, *meant, *parsed.pairs.values()]
    return tuple(dict.fromkeys([*every, *(run[:-1] for run in every if run.endswith("s"))]))


def _paired(parsed: ParsedQuery, parts: list[str], params: list[str]) -> tuple[str, ...]:
    """Neighbours that also stand for one word, as a part of their own; returns the other words."""
    rest: list[str] = []
    words = list(parsed.words)
    while words:
        two = words[:2]
        joined = parsed.pairs.get((two[0].casefold(), two[-1].casefold()))
        if joined is None or len(two) == 1:
            rest.append(words.pop(0))
            continue
        parts.append(
            "(plainto_tsquery('english', rt_unaccent(%s)) || plainto_tsquery('english', %s))"
        )
        params.extend([" ".join(two), joined])
        del words[:2]
    return tuple(rest)


def _groups(words: tuple[str, ...]) -> list[list[str]]:
    """Words by themselves; neighbours that look like pieces of one number together."""
    groups: list[list[str]] = []
    for word in words:
        if groups and _is_piece(word) and all(_is_piece(one) for one in groups[-1]):
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def _is_piece(word: str) -> bool:
    """Has a digit, or is one or two letters such as the `A` of `A 123 456`."""
    bare = normalise(word)
    return any(c.isdigit() for c in bare) or 0 < len(bare) <= 2


def _group_sql(
    group: list[str], parsed: ParsedQuery, *, is_last: bool
) -> tuple[str, list[str], list[str]]:
    """Each word by itself, or all of them joined as one part number from its start."""
    joined = normalise("".join(group))
    single = [
        _word_sql(
            word,
            parsed.alternatives.get(word.casefold(), ()),
            is_prefix=is_last and word == group[-1],
        )
        for word in group
    ]
    sql = " && ".join(one for one, _ in single)
    params = [param for _, given in single for param in given]
    if any(c.isdigit() for c in joined) and len(joined) >= _SHORTEST_PREFIX:
        # Letters and digits only: nothing in it is an operator of to_tsquery.
        equals = [one for find in registry.number_equals.values() for one in find(joined)]
        others = " || to_tsquery('simple', %s)" * len(equals)
        params += [f"{joined.lower()}:*", *(one.lower() for one in equals)]
        return f"(({sql}) || to_tsquery('simple', %s){others})", params, [joined]
    return f"({sql})", params, []


def _word_sql(
    word: str, alternatives: tuple[str, ...], *, is_prefix: bool
) -> tuple[str, list[str]]:
    sql = "plainto_tsquery('english', rt_unaccent(%s))"
    if alternatives:
        others = " || plainto_tsquery('english', %s)" * len(alternatives)
        return f"({sql}{others})", [word, *alternatives]
    params = [word]
    model = _MODEL.fullmatch(word)
    if model is not None:
        sql = f"({sql} || plainto_tsquery('english', %s))"
        params.append("-".join(piece for piece in model.groups() if piece))
    bare = normalise(word)
    if any(c.isdigit() for c in bare) and len(bare) >= _SHORTEST_PREFIX:
        return f"({sql} || to_tsquery('simple', %s))", [*params, f"{bare.lower()}:*"]
    if is_prefix and len(word) >= _SHORTEST_PREFIX and _LETTERS.fullmatch(word):
        # The last word may still be being typed.
        return f"({sql} || to_tsquery('english', rt_unaccent(%s) || ':*'))", [*params, word]
    return sql, params
