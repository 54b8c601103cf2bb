"""Categories as stored: leaf or not, aspects, conditions, compatibility."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from channels_app.sandbox.catalog_data import ASPECT_SETS, CATEGORIES

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.errors import Json
    from channels_app.sandbox.store import Db

VERSIONS = {"0": 134, "100": 128, "2": 121, "3": 133, "15": 119, "71": 118, "77": 120}
CONDITION_NAMES = {
    "1000": "New",
    "1500": "Open box",
    "2500": "Remanufactured",
    "3000": "Used",
    "7000": "For parts or not working",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """One item specific of a category."""

    name: str
    required: bool
    usage: str
    selection_only: bool
    multi: bool
    longest: int
    values: tuple[str, ...]

    def shown(self) -> Json:
        """Return the aspect as Taxonomy writes it; required ones say RECOMMENDED there too."""
        return {
            "localizedAspectName": self.name,
            "aspectConstraint": {
                "aspectDataType": "STRING",
                "aspectMode": "SELECTION_ONLY" if self.selection_only else "FREE_TEXT",
                "aspectRequired": self.required,
                "aspectUsage": self.usage,
                "itemToAspectCardinality": "MULTI" if self.multi else "SINGLE",
                "aspectMaxLength": self.longest,
                "aspectEnabledForVariations": False,
                "aspectApplicableTo": ["PRODUCT"],
            },
            "aspectValues": [{"localizedValue": value} for value in self.values],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One node of a category tree."""

    tree: str
    category_id: str
    name: str
    parent: str | None
    leaf: bool
    keywords: tuple[str, ...]
    aspects: tuple[Aspect, ...]
    compatible: bool
    free_of_return_rule: bool

    @property
    def conditions(self) -> list[Json]:
        """Return the conditions that the category allows."""
        return [
            {"conditionId": key, "conditionDescription": name}
            for key, name in CONDITION_NAMES.items()
        ]


def _aspects(set_name: str, part_type: str) -> tuple[Aspect, ...]:
    out = []
    for row in (*ASPECT_SETS["base"], *ASPECT_SETS.get(set_name, ())):
        flags, values = row[1], row[2]
        out.append(
            Aspect(
                name=row[0],
                required="!" in flags,
                usage="OPTIONAL" if "o" in flags else "RECOMMENDED",
                selection_only="s" in flags,
                multi="m" in flags,
                longest=65,
                values=(part_type,) if row[0] == "Type" else values,
            )
        )
    return tuple(out)


def _category(row: sqlite3.Row) -> Category:
    data = json.loads(row["data"])
    return Category(
        tree=row["tree"],
        category_id=row["category_id"],
        name=row["name"],
        parent=row["parent"],
        leaf=bool(row["leaf"]),
        keywords=tuple(data["keywords"]),
        aspects=_aspects(data["aspects"], data["type"]),
        compatible=row["tree"] == "100" and data["compatible"],
        free_of_return_rule=data["free_of_return_rule"],
    )


def find(db: Db, tree: str, category_id: str) -> Category | None:
    """Return the category of that tree, or None."""
    row = db.one("SELECT * FROM categories WHERE tree = ? AND category_id = ?", tree, category_id)
    return None if row is None else _category(row)


def children(db: Db, category: Category) -> list[Category]:
    """Return the nodes right below a category."""
    sql = "SELECT * FROM categories WHERE tree = ? AND parent = ? ORDER BY category_id"
    return [_category(row) for row in db.all(sql, category.tree, category.category_id)]


def leaves(db: Db, tree: str) -> list[Category]:
    """Return the leaves of a tree."""
    rows = db.all("SELECT * FROM categories WHERE tree = ? AND leaf ORDER BY category_id", tree)
    return [_category(row) for row in rows]


def version(db: Db, tree: str) -> str:
    """Return the tree's version; drift raises it."""
    return str(VERSIONS[tree] + int(db.setting("tree_drift", {}).get(tree, 0)))


def add(db: Db, key: tuple[str, str], name: str, parent: str | None, data: Json) -> None:
    """Store a node under (tree, category id); its parent becomes a branch."""
    tree, category_id = key
    db.run(
        "INSERT INTO categories VALUES (?, ?, ?, ?, 1, ?)",
        tree,
        category_id,
        name,
        parent,
        json.dumps(data),
    )
    db.run("UPDATE categories SET leaf = 0 WHERE tree = ? AND category_id = ?", tree, parent or "")


def seed(db: Db) -> None:
    """Store both trees as they are at the start."""
    for tree, category_id, parent, name, keywords, aspects, flags in CATEGORIES:
        data = {
            "keywords": [word.strip() for word in keywords.split("|") if word.strip()],
            "aspects": aspects,
            "type": keywords.split("|")[0] or name,
            "compatible": "n" not in flags,
            "free_of_return_rule": "f" in flags,
        }
        add(db, (tree, category_id), name, parent or None, data)
