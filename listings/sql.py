"""What the catalog's tables stand on in PostgreSQL; used by the first migration."""

from __future__ import annotations

# `unaccent()` is not immutable, because its dictionary could change; ours never does. Named with
# its schema, so that it works whatever the search path.
UNACCENT = """
CREATE OR REPLACE FUNCTION rt_unaccent(text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT public.unaccent('public.unaccent'::regdictionary, $1) $$
"""
UNACCENT_REVERSE = "DROP FUNCTION IF EXISTS rt_unaccent(text)"
SKU_SEQUENCE = "CREATE SEQUENCE IF NOT EXISTS listings_sku_seq"
SKU_SEQUENCE_REVERSE = "DROP SEQUENCE IF EXISTS listings_sku_seq"
