"""Categories, their aspects, conditions and vehicles, asked once and kept for a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels_app.adapters.base import AdapterStore, CategoryHit, CategoryNode
from channels_app.adapters.ebay.client import EbayError, app_call
from channels_app.adapters.ebay.config import AccountSettings

_DAY = 86_400.0
# What eBay proposes for words changes with its tree alone, and the tree's version is in the key.
_MONTH = 30 * _DAY
# How late a change of the tree may be noticed.
VERSION_SECONDS = 120.0
# Suggestions count only below this branch of the tree; "Engine" is a lawn mower's elsewhere.
PARTS_BRANCHES = frozenset({"Parts & Accessories", "Car & Truck Parts & Accessories"})
_TREE = "/commerce/taxonomy/v1/category_tree"
_LEAF_ERRORS = ("62005", "62009", "62008")
DEFAULT_ASPECT_LENGTH = 65
# Where the category does not say how many it takes.
MOST_VEHICLES = 3_000


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
    name: str = ""
    most_vehicles: int = MOST_VEHICLES
    aspects: Sequence[Aspect] = ()
    conditions: Sequence[str] = ()
    vehicle_properties: Sequence[str] = ()


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
        node = self.node(category_id)
        return Category(
            id=category_id,
            is_leaf=True,
            name=node.name if node else "",
            most_vehicles=self._most_vehicles(category_id) if properties else MOST_VEHICLES,
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

    def suggest(self, words: str) -> list[CategoryHit]:
        """Return eBay's proposals for words, best first; only leaves inside the parts branch."""
        path = f"{_TREE}/{self._settings.category_tree}/get_category_suggestions"
        key = " ".join(words.lower().split())[:120]
        if not key:
            return []
        rows = self._kept(
            f"suggest:{key}",
            lambda: self._list(path, {"q": key}, "categorySuggestions"),
            seconds=_MONTH,
        )
        found = [_suggestion(row) for row in rows or ()]
        return [one for one in found if PARTS_BRANCHES & set(one.path)]

    def node(self, category_id: str) -> CategoryNode | None:
        """Return name and leaf of a category as they are now; None where the tree lacks it."""
        raw = self._kept(f"node:{category_id}", lambda: self._node(category_id))
        if raw is None:
            return None
        return CategoryNode(id=category_id, name=raw["name"], is_leaf=raw["leaf"])

    def _node(self, category_id: str) -> dict[str, Any] | None:
        path = f"{_TREE}/{self._settings.category_tree}/get_category_subtree"
        try:
            body = app_call("taxonomy", "GET", path, params={"category_id": category_id}).body
        except EbayError as error:
            if any(error.has(one) for one in ("62005", "62008")):
                return None
            raise
        node = body.get("categorySubtreeNode") or {}
        name = str((node.get("category") or {}).get("categoryName") or "")
        return {"name": name, "leaf": bool(node.get("leafCategoryTreeNode"))}

    def version(self) -> str:
        """Return the tree's version; it goes up whenever categories change."""
        market = self._settings.metadata_marketplace
        key = f"ebay:{self._settings.category_tree}:version"
        kept = self._store.get(key)
        if kept is None:
            path = "/commerce/taxonomy/v1/get_default_category_tree_id"
            body = app_call("taxonomy", "GET", path, params={"marketplace_id": market}).body
            kept = str(body.get("categoryTreeVersion") or "0")
            self._store.put(key, kept, seconds=VERSION_SECONDS)
        return str(kept)

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

    def _most_vehicles(self, category_id: str) -> int:
        marketplace = self._settings.metadata_marketplace
        path = (
            f"/sell/metadata/v1/marketplace/{marketplace}"
            "/get_automotive_parts_compatibility_policies"
        )

        def ask() -> list[Any]:
            query = {"filter": f"categoryIds:{{{category_id}}}"}
            body = app_call("metadata", "GET", path, params=query).body
            return list(body.get("automotivePartsCompatibilityPolicies") or ())

        for row in self._kept(f"most-vehicles:{category_id}", ask):
            if str(row.get("categoryId")) == category_id:
                return int(row.get("maxNumberOfCompatibleVehicles") or MOST_VEHICLES)
        return MOST_VEHICLES

    def _list(
        self, path: str, query: Mapping[str, str], name: str, none_for: Sequence[str] = ()
    ) -> Any:
        try:
            return app_call("taxonomy", "GET", path, params=query).body.get(name) or []
        except EbayError as error:
            if any(error.has(one) for one in none_for):
                return None
            raise

    def _kept(self, question: str, ask: Callable[[], Any], *, seconds: float = _DAY) -> Any:
        """An answer, also "no such category"; a refusal (429, 5xx) raises and is not kept."""
        key = f"ebay:{self._settings.category_tree}:{self.version()}:{question}"
        kept = self._store.get(key)
        if kept is None:
            kept = {"answer": ask()}
            self._store.put(key, kept, seconds=seconds)
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


def _suggestion(row: Mapping[str, Any]) -> CategoryHit:
    category = row.get("category") or {}
    ancestors = row.get("categoryTreeNodeAncestors") or ()
    names = [str(one.get("categoryName")) for one in reversed(ancestors)]
    return CategoryHit(
        id=str(category.get("categoryId")), name=str(category.get("categoryName")), path=names
    )
