"""Shapes of free-form parameters: JSON schemas for shipping costs and each type of price rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from realtrack.core.errors import InvalidInput
from settings_app.enums import RuleType

Schema = Mapping[str, Any]

# Numbers or texts that are numbers: floats of JSON are read by their shortest text.
_MONEY: Schema = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 99999999},
        {"type": "string", "pattern": r"^[0-9]{1,8}(\.[0-9]{1,2})?$"},
    ]
}


def _number(low: float, high: float, *, over: bool = False) -> Schema:
    least = "exclusiveMinimum" if over else "minimum"
    return {"type": "number", least: low, "maximum": high}


def _object(properties: Mapping[str, Schema], *required: str) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


SHIPPING: Schema = _object(
    {
        # Cubic inches a pound; 0 leaves the dimensional weight out.
        "divisor": _number(0, 10000),
        "bands": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": _object({"up_to": _number(0, 100000, over=True), "cost": _MONEY},
                             "up_to", "cost"),
        },
        # Beyond the last band: so much for each further pound.
        "per_pound_over": _MONEY,
        "zones": {
            "type": "array",
            "maxItems": 100,
            "items": _object(
                {
                    "name": {"type": "string", "minLength": 1, "maxLength": 60},
                    "states": {
                        "type": "array",
                        "maxItems": 100,
                        "items": {"type": "string", "pattern": "^[A-Z]{2,3}$"},
                    },
                    "factor": _number(0, 100),
                    "add": _MONEY,
                },
                "name", "states",
            ),
        },
        "oversize": _object(
            {
                "longest_side": _number(0, 10000, over=True),
                "length_and_girth": _number(0, 10000, over=True),
                "surcharge": _MONEY,
            },
            "surcharge",
        ),
    },
    "bands",
)  # fmt: skip

RULES: Mapping[str, Schema] = {
    RuleType.MARKUP: _object(
        {
            "percentage": _number(0, 1000),
            "amount": _MONEY,
            "base": {"enum": ["cost", "price"]},
        },
        "percentage",
    ),
    RuleType.MARKDOWN: _object({"percentage": _number(0, 95), "amount": _MONEY}, "percentage"),
    RuleType.ROUND: _object(
        {
            "ending": {"enum": ["0.99", "0.95", "0.00"]},
            "direction": {"enum": ["up", "down", "nearest"]},
        },
        "ending",
    ),
    RuleType.MIN_MARGIN: _object(
        {"percentage": _number(0, 95), "floor_price": _MONEY}, "percentage"
    ),
    RuleType.COMPETITIVE: _object(
        {
            "percent_below": _number(-100, 95),
            "source": {"enum": ["any", "sold", "listed", "market"]},
            "minimum_count": {"type": "integer", "minimum": 1, "maximum": 1000},
            # At most this far from the price before the rules.
            "limit_percent": _number(0, 1000),
        },
        "percent_below",
    ),
}

NUMBER_FIELDS = ("days_listed", "stock", "views", "price", "cost")
TEXT_FIELDS = ("brand", "part_type", "category_id", "condition_id", "status", "channel")
NUMBER_OPS = ("<", "<=", "=", "!=", ">=", ">")
TEXT_OPS = ("=", "!=", "contains")
MAX_DEPTH = 5
MAX_NODES = 50


def check(schema: Schema, value: Any, *, field: str) -> None:
    """Raise InvalidInput that names what in `value` breaks the schema."""
    error = best_match(Draft202012Validator(schema).iter_errors(value))
    if error is not None:
        place = ".".join(str(part) for part in error.absolute_path)
        words = error.message[:300]
        raise InvalidInput(fields={field: f"{place}: {words}" if place else words})


def check_conditions(tree: Any) -> None:
    """Raise InvalidInput unless `tree` is empty or a tree of comparisons.

    A node is `{"all": [nodes]}`, `{"any": [nodes]}`, `{"not": node}`, or a comparison
    `{"field", "op", "value"}`; at most 50 nodes, 5 deep. Nothing in it is ever executed.
    """
    if tree == {}:
        return
    count = _check_node(tree, depth=1)
    if count > MAX_NODES:
        _refuse(f"at most {MAX_NODES} conditions")


def _check_node(node: Any, *, depth: int) -> int:
    if depth > MAX_DEPTH:
        _refuse(f"at most {MAX_DEPTH} levels")
    if not isinstance(node, dict):
        _refuse("each condition is an object")
    names = set(node)
    if names in ({"all"}, {"any"}):
        children = node[next(iter(names))]
        if not isinstance(children, list) or not 1 <= len(children) <= MAX_NODES:
            _refuse("“all” and “any” take a list of conditions")
        return 1 + sum(_check_node(child, depth=depth + 1) for child in children)
    if names == {"not"}:
        return 1 + _check_node(node["not"], depth=depth + 1)
    if names != {"field", "op", "value"}:
        _refuse("a condition is all, any, not, or field with op and value")
    _check_comparison(node["field"], node["op"], node["value"])
    return 1


def _check_comparison(field: Any, op: Any, value: Any) -> None:
    if field in NUMBER_FIELDS:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if op not in NUMBER_OPS or not is_number or abs(value) > 1e9:
            _refuse(f"{field} takes one of {' '.join(NUMBER_OPS)} and a number")
    elif field in TEXT_FIELDS:
        if op not in TEXT_OPS or not isinstance(value, str) or len(value) > 100:
            _refuse(f"{field} takes one of {', '.join(TEXT_OPS)} and a text")
    else:
        _refuse(f"there is no field {str(field)[:40]!r}; there are "
                f"{', '.join((*NUMBER_FIELDS, *TEXT_FIELDS))}")  # fmt: skip


def _refuse(words: str) -> None:
    raise InvalidInput(fields={"conditions": f"Conditions: {words}."})
