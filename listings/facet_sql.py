"""What keeps the counts of the unfiltered facets in PostgreSQL; used by migrations and services.

Each statement that changes `listing_search` adds the difference that it makes to
`listing_facet_counts`, in its own transaction: whoever reads the sum reads the truth.
"""

from __future__ import annotations

_VALUES = """
    SELECT {row}.team_id, v.facet, v.value, {sign} AS number FROM {table} {row}
    CROSS JOIN LATERAL (VALUES
        ('status', {row}.status::text), ('type', {row}.part_type::text),
        ('brand', {row}.brand::text), ('condition', {row}.condition_id::text),
        ('stock', CASE WHEN {row}.stock_free <= 0 THEN 'none'
                       WHEN {row}.stock_free = 1 THEN 'last' ELSE 'more' END)
    ) AS v(facet, value)
    WHERE {row}.is_live AND v.value <> ''
    UNION ALL
    SELECT {row}.team_id, 'channel', coalesce(c.key || '=' || c.value, 'none'), {sign}
    FROM {table} {row} LEFT JOIN LATERAL jsonb_each_text({row}.channel_states) AS c ON true
    WHERE {row}.is_live
"""
_OLD = _VALUES.format(row="o", table="old_rows", sign="-1")
_NEW = _VALUES.format(row="n", table="new_rows", sign="1")
_ADD = """
    INSERT INTO listing_facet_counts (team_id, facet, value, number)
    SELECT team_id, facet, value, sum(number) FROM ({changes}) AS change
    GROUP BY team_id, facet, value HAVING sum(number) <> 0
"""
_TRIGGERS = {
    "insert": ("NEW TABLE AS new_rows", _NEW),
    "delete": ("OLD TABLE AS old_rows", _OLD),
    "update": ("OLD TABLE AS old_rows NEW TABLE AS new_rows", f"{_OLD} UNION ALL {_NEW}"),
}
TRIGGERS = "\n".join(
    f"""
CREATE FUNCTION rt_facets_{operation}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {_ADD.format(changes=changes)}; RETURN NULL; END $$;
CREATE TRIGGER listing_search_facets_{operation} AFTER {operation.upper()} ON listing_search
    REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION rt_facets_{operation}();
"""
    for operation, (tables, changes) in _TRIGGERS.items()
)
TRIGGERS_REVERSE = "\n".join(
    f"DROP TRIGGER IF EXISTS listing_search_facets_{operation} ON listing_search;"
    f" DROP FUNCTION IF EXISTS rt_facets_{operation}();"
    for operation in _TRIGGERS
)
# In one transaction of isolation REPEATABLE READ: rows that writers add meanwhile are not seen by
# either statement and stay, and what they stand for is not counted.
RECOUNT = (
    "DELETE FROM listing_facet_counts",
    _ADD.format(changes=_VALUES.format(row="s", table="listing_search", sign="1")),
)
# One row for each value that has several. Rows that come meanwhile are left for the next time.
FOLD = """
WITH many AS (
    SELECT team_id, facet, value FROM listing_facet_counts
    GROUP BY team_id, facet, value HAVING count(*) > 1 OR sum(number) = 0
), gone AS (
    DELETE FROM listing_facet_counts c USING many m
    WHERE c.facet = m.facet AND c.value = m.value AND c.team_id IS NOT DISTINCT FROM m.team_id
    RETURNING c.team_id, c.facet, c.value, c.number
)
INSERT INTO listing_facet_counts (team_id, facet, value, number)
SELECT team_id, facet, value, sum(number) FROM gone
GROUP BY team_id, facet, value HAVING sum(number) <> 0
"""


def words_of(texts: str) -> str:
    """Keep the words of at least three letters of what `texts` (one column `words`) selects."""
    return f"""
        INSERT INTO listing_words (word)
        SELECT DISTINCT word FROM ({texts}) AS t, regexp_split_to_table(t.words, '[^a-z]+') AS word
        WHERE length(word) BETWEEN 3 AND 40 ORDER BY word ON CONFLICT DO NOTHING
    """  # noqa: S608 - statements of our own
