"""eBay's errors, sorted by id and domain, never by text (texts come in the site's language)."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from channels_app.adapters.base import (
    Failure,
    Ours,
    SellerMustFix,
    SignInAgain,
    TryAgain,
)

# Ids that may be mere lag right after a write of our own: the same call is repeated.
LAG_IDS = frozenset({"25604", "25016", "25019", "25007"})
OFFER_EXISTS = "25002"
CATEGORY = "25005"
QUANTITY = "25004"
NO_OFFER = "25713"
NO_ITEM = "25710"
BACK_OFF_SECONDS = 5.0
# Without Retry-After: most limits of eBay are of seconds or of a day; a minute is a fair look.
LIMIT_SECONDS = 60.0

_FIELDS_BY_ITEM = {
    "Item.Country": "location",
    "Item.Title": "title",
    "Item.Description": "description",
    "bestOfferTerms": "best_offer_enabled",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the table says of an id."""

    verdict: str
    field: str
    words: str


@lru_cache(maxsize=1)
def table() -> Mapping[tuple[str, str], Known]:
    """The errors that are known, by (id, domain)."""
    path = Path(__file__).parent / "data" / "errors.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["error_id"], row["domain"]): Known(row["verdict"], row["field"], row["words"])
            for row in csv.DictReader(file)
        }


def _known(error_id: str, domain: str) -> Known | None:
    found = table().get((error_id, domain))
    if found is not None or domain:
        return found
    # Some answers leave the domain out; the ids below 10,000 and the inventory ones are unique.
    matches = [known for (one, _), known in table().items() if one == error_id]
    return matches[0] if len(matches) == 1 else None


def parameters_of(error: Mapping[str, Any]) -> dict[str, str]:
    """The parameters of an error by name."""
    rows = error.get("parameters") or []
    return {str(row.get("name")): str(row.get("value")) for row in rows if isinstance(row, dict)}


def failure_of(
    error: Mapping[str, Any], *, status: int, retry_after: float | None = None
) -> Failure:
    """Sort one entry of an `errors` list."""
    error_id, domain = str(error.get("errorId", "")), str(error.get("domain", ""))
    said = str(error.get("longMessage") or error.get("message") or "")
    known = _known(error_id, domain)
    base: dict[str, Any] = {"error_id": error_id, "domain": domain}
    words = (known.words if known else "") or said or f"eBay answered with error {error_id}."
    if status == 429 or (known and known.verdict == "try_again"):
        default = LIMIT_SECONDS if status == 429 else BACK_OFF_SECONDS
        return TryAgain(reason=words, after=retry_after or default, **base)
    if status >= 500:
        return TryAgain(reason=words, after=retry_after or BACK_OFF_SECONDS, **base)
    if status == 401 or (known and known.verdict == "sign_in"):
        return SignInAgain(reason=words, **base)
    if known and known.verdict == "ours":
        return Ours(reason=words, **base)
    field, words = _field(error_id, parameters_of(error), known, words)
    return SellerMustFix(reason=words, field=field, **base)


def _field(
    error_id: str, parameters: Mapping[str, str], known: Known | None, words: str
) -> tuple[str, str]:
    """Which field of ours it is about: for the catch-all ids only the parameters tell."""
    for value in parameters.values():
        if value in _FIELDS_BY_ITEM:
            return _FIELDS_BY_ITEM[value], words
    if error_id == OFFER_EXISTS and parameters.get("2"):
        return f"aspect:{parameters['2']}", parameters.get("0") or words
    if error_id == "25016" and "MinValue" in parameters:
        return "start_price", f"eBay's lowest price here is {parameters['MinValue']}."
    return (known.field if known else ""), words


def failures_of(body: Any, *, status: int, retry_after: float | None = None) -> tuple[Failure, ...]:
    """Sort a whole answer; one that is no error envelope is sorted by its status."""
    errors: Sequence[Any] = body.get("errors") or [] if isinstance(body, dict) else []
    rows = [row for row in errors if isinstance(row, dict)]
    if rows:
        return tuple(failure_of(row, status=status, retry_after=retry_after) for row in rows)
    if status == 429:
        return (
            TryAgain(
                reason="eBay's limit of calls is reached.", after=retry_after or LIMIT_SECONDS
            ),
        )
    if status >= 500 or status in {408, 425}:
        return (TryAgain(reason=f"eBay answered {status}.", after=retry_after or BACK_OFF_SECONDS),)
    if status == 401:
        return (SignInAgain(reason="The sign-in has ended."),)
    return (Ours(reason=f"eBay answered {status} without saying why."),)


def is_lag(failure: Failure, parameters: Mapping[str, str]) -> bool:
    """Say whether this may heal by itself within seconds of our own write."""
    return failure.error_id in LAG_IDS and "MinValue" not in parameters
