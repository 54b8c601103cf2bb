"""Categories, their aspects, conditions and vehicles, asked once and kept for a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels_app.adapters.base import AdapterStore
from channels_app.adapters.ebay.client import EbayError, app_call
from channels_app.adapters.ebay.config import AccountSettings

_DAY = 86_400.0
_TREE = "/commerce/taxonomy/v1/category_tree"
_LEAF_ERRORS = ("62005", "62009", "62008")
DEFAULT_ASPECT_LENGTH = 65


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """An item specific of a category. Only `required` decides, never eBay's `aspectUsage`."""

    name: str
    required: bool
    selection_only: bool
    many: bool
    max_length: int
    values: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What a category demands; `is_leaf` False means that nothing can be listed in it."""

    id: str
    is_leaf: bool
    aspects: Sequence[Aspect] = ()
    conditions: Sequence[str] = ()
    vehicle_properties: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A category that eBay proposes for words, with its path from the root."""

    id: str
    name: str
    path: Sequence[str]


class Taxonomy:
    """Reads of one site, through the store."""

    def __init__(self, store: AdapterStore, settings: AccountSettings) -> None:
        self._store = store
        self._settings = settings

    def category(self, category_id: str) -> Category:
        """Return what the category demands; asks eBay at most once a day and question."""
        tree = self._settings.category_tree
        raw = self._kept(f"aspects:{category_id}", lambda: self._aspects(category_id))
        if raw is None:
            return Category(id=category_id, is_leaf=False)
        conditions = self._kept(f"conditions:{category_id}", lambda: self._conditions(category_id))
        properties = self._kept(
            f"vehicle-properties:{category_id}",
            lambda: self._list(
                f"{_TREE}/{tree}/get_compatibility_properties",
                {"category_id": category_id},
                "compatibilityProperties",
                none_for=("62101", "62103"),
            ),
        )
        return Category(
            id=category_id,
            is_leaf=True,
            aspects=[_aspect(row) for row in raw],
            conditions=conditions or (),
            vehicle_properties=[str(row.get("name")) for row in properties or ()],
        )

    def vehicle_values(
        self, category_id: str, name: str, given: Mapping[str, str]
    ) -> Sequence[str]:
        """Return eBay's values of a property (`Model`) where others are given (Year, Make)."""
        path = f"{_TREE}/{self._settings.category_tree}/get_compatibility_property_values"
        terms = ",".join(f"{key}:{value}" for key, value in given.items())
        rows = self._kept(
            f"vehicle:{category_id}:{name}:{terms}"[:180],
            lambda: self._list(
                path,
                {"compatibility_property": name, "category_id": category_id, "filter": terms},
                "compatibilityPropertyValues",
                none_for=("62101", "62102", "62103"),
            ),
        )
        return [str(row.get("value")) for row in rows or ()]

    def suggest(self, words: str) -> list[Suggestion]:
        """Return eBay's proposals for words, best first."""
        path = f"{_TREE}/{self._settings.category_tree}/get_category_suggestions"
        key = " ".join(words.lower().split())[:120]
        rows = self._kept(
            f"suggest:{key}", lambda: self._list(path, {"q": key}, "categorySuggestions")
        )
        return [_suggestion(row) for row in rows or ()]

    def _aspects(self, category_id: str) -> Any:
        path = f"{_TREE}/{self._settings.category_tree}/get_item_aspects_for_category"
        return self._list(path, {"category_id": category_id}, "aspects", none_for=_LEAF_ERRORS)

    def _conditions(self, category_id: str) -> list[str]:
        marketplace = self._settings.metadata_marketplace
        path = f"/sell/metadata/v1/marketplace/{marketplace}/get_item_condition_policies"
        query = {"filter": f"categoryIds:{{{category_id}}}"}
        body = app_call("metadata", "GET", path, params=query).body
        return [
            str(condition.get("conditionId"))
            for policy in body.get("itemConditionPolicies") or ()
            if str(policy.get("categoryId")) == category_id
            for condition in policy.get("itemConditions") or ()
        ]

    def _list(
        self, path: str, query: Mapping[str, str], name: str, none_for: Sequence[str] = ()
    ) -> Any:
        try:
            return app_call("taxonomy", "GET", path, params=query).body.get(name) or []
        except EbayError as error:
            if any(error.has(one) for one in none_for):
                return None
            raise

    def _kept(self, question: str, ask: Callable[[], Any]) -> Any:
        """An answer, also "no such category"; a refusal (429, 5xx) raises and is not kept."""
        key = f"ebay:{self._settings.category_tree}:{question}"
        kept = self._store.get(key)
        if kept is None:
            kept = {"answer": ask()}
            self._store.put(key, kept, seconds=_DAY)
        return kept["answer"]


def _aspect(row: Mapping[str, Any]) -> Aspect:
    rule = row.get("aspectConstraint") or {}
    return Aspect(
        name=str(row.get("localizedAspectName")),
        required=bool(rule.get("aspectRequired")),
        selection_only=rule.get("aspectMode") == "SELECTION_ONLY",
        many=rule.get("itemToAspectCardinality") == "MULTI",
        max_length=int(rule.get("aspectMaxLength") or DEFAULT_ASPECT_LENGTH),
        values=[str(one.get("localizedValue")) for one in row.get("aspectValues") or ()],
    )


def _suggestion(row: Mapping[str, Any]) -> Suggestion:
    category = row.get("category") or {}
    ancestors = row.get("categoryTreeNodeAncestors") or ()
    names = [str(one.get("categoryName")) for one in reversed(ancestors)]
    return Suggestion(
        id=str(category.get("categoryId")), name=str(category.get("categoryName")), path=names
    )
