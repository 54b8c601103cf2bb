"""Taxonomy and Metadata: trees, suggestions, aspects, vehicles, conditions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from channels_app.sandbox import catalog, vehicles
from channels_app.sandbox.errors import Json, err
from channels_app.sandbox.http import Response, Route, empty, reply

if TYPE_CHECKING:
    from channels_app.sandbox.http import Context
    from channels_app.sandbox.inventory_rules import RouteOptions
    from channels_app.sandbox.store import Db

_ANY: RouteOptions = {
    "token": "any",
    "scopes": (),
    "resource": "commerce.taxonomy",
    "languages": "",
}
_META: RouteOptions = {**_ANY, "resource": "sell.metadata"}
# here the marketplace of car parts is EBAY_MOTORS_US
TREES = {
    "EBAY_US": "0",
    "EBAY_MOTORS_US": "100",
    "EBAY_CA": "2",
    "EBAY_GB": "3",
    "EBAY_AU": "15",
    "EBAY_FR": "71",
    "EBAY_DE": "77",
}
MOST_SUGGESTIONS = 10
MOST_VEHICLES = 3_000
_IDS = re.compile(r"^categoryIds:\{([\d|]+)\}$")


def default_tree(context: Context) -> Response:
    """getDefaultCategoryTreeId."""
    market = context.query.get("marketplace_id")
    if not market:
        raise err(62002)
    if market not in TREES:
        raise err(62003)
    tree = TREES[market]
    version = catalog.version(context.db, tree)
    return reply({"categoryTreeId": tree, "categoryTreeVersion": version})


def _tree(context: Context) -> str:
    tree = context.params["id"]
    if not context.db.one("SELECT 1 FROM categories WHERE tree = ?", tree):
        raise err(62004)
    return tree


def _words(text: str) -> set[str]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    # "alternators" and "alternator" are one word to a searcher
    return {word[:-1] if word.endswith("s") and len(word) > 3 else word for word in words}


def _score(category: catalog.Category, words: set[str], query: str) -> int:
    score = 2 * len(_words(category.name) & words)
    for index, keyword in enumerate(category.keywords):
        wanted = _words(keyword)
        if wanted and wanted <= words:
            score += 5 * len(wanted) + (3 if index == 0 else 0)
            score += 2 if keyword.lower() in query.lower() else 0
    return score


def ancestors(db: Db, category: catalog.Category) -> list[Json]:
    """Return the nodes above a category, the nearest first, with their levels."""
    out: list[Json] = []
    parent = category.parent
    while parent:
        node = catalog.find(db, category.tree, parent)
        if node is None:
            break
        out.append({"categoryId": node.category_id, "categoryName": node.name})
        parent = node.parent
    for distance, row in enumerate(out):
        row["categoryTreeNodeLevel"] = len(out) - distance
    return out


def suggestions(context: Context) -> Response:
    """getCategorySuggestions: best first; nothing fits = 204."""
    tree = _tree(context)
    query = context.query.get("q", "").strip()
    if not query:
        raise err(62007)
    words = _words(query)
    scored = [(_score(leaf, words, query), leaf) for leaf in catalog.leaves(context.db, tree)]
    best = sorted((row for row in scored if row[0] > 0), key=lambda row: (-row[0], row[1].name))
    if not best:
        return empty()
    rows = []
    for _, leaf in best[:MOST_SUGGESTIONS]:
        above = ancestors(context.db, leaf)
        rows.append(
            {
                "category": {"categoryId": leaf.category_id, "categoryName": leaf.name},
                "categoryTreeNodeLevel": len(above) + 1,
                "categoryTreeNodeAncestors": above,
            }
        )
    version = catalog.version(context.db, tree)
    return reply(
        {"categorySuggestions": rows, "categoryTreeId": tree, "categoryTreeVersion": version}
    )


def _category(context: Context) -> catalog.Category:
    tree, category_id = _tree(context), context.query.get("category_id")
    if not category_id:
        raise err(62006)
    found = catalog.find(context.db, tree, category_id)
    if found is None:
        raise err(62005)
    return found


def aspects(context: Context) -> Response:
    """getItemAspectsForCategory: leaves only."""
    category = _category(context)
    if not category.leaf:
        raise err(62009)
    return reply({"aspects": [aspect.shown() for aspect in category.aspects]})


def subtree(context: Context) -> Response:
    """getCategorySubtree: the node with all below it."""
    category = _category(context)
    if not category.parent:
        raise err(62008)
    node = _node(context.db, category, len(ancestors(context.db, category)) + 1)
    version = catalog.version(context.db, category.tree)
    return reply(
        {
            "categorySubtreeNode": node,
            "categoryTreeId": category.tree,
            "categoryTreeVersion": version,
        }
    )


def _node(db: Db, category: catalog.Category, level: int) -> Json:
    node: Json = {
        "category": {"categoryId": category.category_id, "categoryName": category.name},
        "categoryTreeNodeLevel": level,
    }
    if category.leaf:
        node["leafCategoryTreeNode"] = True
    below = [_node(db, one, level + 1) for one in catalog.children(db, category)]
    if below:
        node["childCategoryTreeNodes"] = below
    return node


def _compatible(context: Context) -> None:
    if _tree(context) != "100":
        raise err(62103)
    if not _category(context).compatible:
        raise err(62101)


def properties(context: Context) -> Response:
    """getCompatibilityProperties."""
    _compatible(context)
    rows = [{"name": name, "localizedName": name} for name in vehicles.PROPERTIES]
    return reply({"compatibilityProperties": rows})


def values(context: Context) -> Response:
    """getCompatibilityPropertyValues, narrowed by `filter=Year:2018,Make:Toyota`."""
    _compatible(context)
    wanted = context.query.get("compatibility_property")
    if not wanted:
        raise err(62104)
    chosen: dict[str, str] = {}
    for part in context.query.get("filter", "").split(","):
        name, colon, value = part.partition(":")
        if part and (not colon or not value):
            raise err(62100)
        if part:
            chosen[name.strip()] = value.strip()
    if not {wanted, *chosen} <= set(vehicles.PROPERTIES):
        raise err(62102)
    rows = [{"value": value} for value in vehicles.values(wanted, chosen)]
    return reply({"compatibilityPropertyValues": rows})


def _leaves_asked(context: Context) -> list[catalog.Category]:
    market = context.params["id"]
    if market not in TREES:
        raise err(46001)
    leaves = catalog.leaves(context.db, TREES[market])
    text = context.query.get("filter", "")
    if not text:
        return leaves
    match = _IDS.match(text)
    ids = set(match[1].split("|")) if match else set()
    return [leaf for leaf in leaves if leaf.category_id in ids]


def conditions(context: Context) -> Response:
    """getItemConditionPolicies; nothing = 204."""
    rows = [
        {
            "categoryTreeId": leaf.tree,
            "categoryId": leaf.category_id,
            "itemConditionRequired": True,
            "itemConditions": leaf.conditions,
        }
        for leaf in _leaves_asked(context)
    ]
    return reply({"itemConditionPolicies": rows}) if rows else empty()


def compatibility_policies(context: Context) -> Response:
    """getAutomotivePartsCompatibilityPolicies; nothing = 204."""
    rows = [
        {
            "categoryTreeId": leaf.tree,
            "categoryId": leaf.category_id,
            "compatibilityBasedOn": "ASSEMBLY",
            "compatibleVehicleTypes": ["CARS_TRUCKS"],
            "maxNumberOfCompatibleVehicles": context.db.setting("most_vehicles", MOST_VEHICLES),
        }
        for leaf in _leaves_asked(context)
        if leaf.compatible
    ]
    return reply({"automotivePartsCompatibilityPolicies": rows}) if rows else empty()


_BASE = "/commerce/taxonomy/v1"
_TREE = _BASE + "/category_tree/{id}"
_MARKET = "/sell/metadata/v1/marketplace/{id}"
_CALLS = (
    ("getDefaultCategoryTreeId", _BASE + "/get_default_category_tree_id", default_tree),
    ("getCategorySuggestions", _TREE + "/get_category_suggestions", suggestions),
    ("getItemAspectsForCategory", _TREE + "/get_item_aspects_for_category", aspects),
    ("getCategorySubtree", _TREE + "/get_category_subtree", subtree),
    ("getCompatibilityProperties", _TREE + "/get_compatibility_properties", properties),
    ("getCompatibilityPropertyValues", _TREE + "/get_compatibility_property_values", values),
)
ROUTES = [
    *[
        Route(name=name, method="GET", pattern=path, handler=do, **_ANY)
        for name, path, do in _CALLS
    ],
    Route(
        name="getItemConditionPolicies",
        method="GET",
        pattern=_MARKET + "/get_item_condition_policies",
        handler=conditions,
        **_META,
    ),
    Route(
        name="getAutomotivePartsCompatibilityPolicies",
        method="GET",
        pattern=_MARKET + "/get_automotive_parts_compatibility_policies",
        handler=compatibility_policies,
        **_META,
    ),
]
