"""Parts that may be one and the same."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection

from settings_app.enums import UserRole
from settings_app.models import User

# The same maker and number; or much the same title in the same category. Both sides come through
# an index, so that a large catalog is not compared with itself.
_SAME_NUMBER = 0.95
_TITLE_FROM = 0.7
_QUERY = """
WITH visible AS (
    SELECT l.id, l.custom_label_sku, l.title, l.category_id, upper(l.c_brand) AS brand,
        l.mpn_normalised
    FROM listings l
    WHERE l.deleted_at IS NULL AND l.status <> 'archived'
        AND (%(sees_all)s OR l.team_id IS NULL OR l.team_id = ANY(%(teams)s))
), pairs AS (
    SELECT a.id AS id_a, b.id AS id_b, %(same_number)s::float AS confidence,
        'same maker and number' AS reason
    FROM visible a JOIN visible b
        ON a.mpn_normalised = b.mpn_normalised AND a.brand = b.brand AND a.id < b.id
    WHERE a.mpn_normalised <> '' AND a.brand <> ''
    UNION ALL
    SELECT a.id, b.id, round((0.8 * similarity(a.title, b.title))::numeric, 3)::float,
        'much the same title'
    FROM visible a JOIN visible b
        ON a.category_id = b.category_id AND a.brand = b.brand AND a.id < b.id
    WHERE a.title <> '' AND similarity(a.title, b.title) > %(title_from)s
), best AS (
    SELECT DISTINCT ON (id_a, id_b) id_a, id_b, confidence, reason FROM pairs
    WHERE confidence >= %(confidence)s ORDER BY id_a, id_b, confidence DESC
)
SELECT best.id_a, best.id_b, a.custom_label_sku, b.custom_label_sku, a.title, b.title,
    best.confidence, best.reason
FROM best JOIN listings a ON a.id = best.id_a JOIN listings b ON b.id = best.id_b
ORDER BY best.confidence DESC, best.id_a, best.id_b LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatePair:
    """Two live parts and why they may be one."""

    id_a: uuid.UUID
    id_b: uuid.UUID
    sku_a: str
    sku_b: str
    title_a: str
    title_b: str
    confidence: float
    reason: str


def duplicate_pairs(*, user: User, confidence: float, limit: int = 100) -> list[DuplicatePair]:
    """Pairs of parts that the person may see, surest first."""
    values: dict[str, Any] = {
        "sees_all": user.role == UserRole.ADMIN,
        "teams": list(user.teams.values_list("pk", flat=True)),
        "same_number": _SAME_NUMBER,
        "title_from": _TITLE_FROM,
        "confidence": confidence,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, values)
        return [
            DuplicatePair(
                id_a=row[0],
                id_b=row[1],
                sku_a=row[2],
                sku_b=row[3],
                title_a=row[4],
                title_b=row[5],
                confidence=float(row[6]),
                reason=row[7],
            )
            for row in cursor.fetchall()
        ]
