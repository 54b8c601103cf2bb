"""Tables of the marketplace. Documents that clients own are kept as JSON beside their keys."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sequences (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS applications (
  client_id TEXT PRIMARY KEY, secret TEXT NOT NULL, ru_name TEXT NOT NULL UNIQUE,
  accept_url TEXT NOT NULL, decline_url TEXT NOT NULL, scopes TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sellers (
  user_id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, opted_in INTEGER NOT NULL,
  limit_amount TEXT NOT NULL, limit_quantity INTEGER NOT NULL,
  out_of_stock INTEGER NOT NULL, language TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS codes (
  code TEXT PRIMARY KEY, client_id TEXT NOT NULL, user_id TEXT NOT NULL, scopes TEXT NOT NULL,
  expires_at TEXT NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS refresh_tokens (
  token TEXT PRIMARY KEY, client_id TEXT NOT NULL, user_id TEXT NOT NULL, scopes TEXT NOT NULL,
  expires_at TEXT NOT NULL, revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS tokens (
  token TEXT PRIMARY KEY, client_id TEXT NOT NULL, user_id TEXT, scopes TEXT NOT NULL,
  expires_at TEXT NOT NULL, revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS policies (
  policy_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, kind TEXT NOT NULL, market TEXT NOT NULL,
  name TEXT NOT NULL, data TEXT NOT NULL, UNIQUE (user_id, kind, market, name));
CREATE TABLE IF NOT EXISTS locations (
  user_id TEXT NOT NULL, key TEXT NOT NULL, status TEXT NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (user_id, key));
CREATE TABLE IF NOT EXISTS items (
  user_id TEXT NOT NULL, sku TEXT NOT NULL, locale TEXT NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (user_id, sku));
CREATE TABLE IF NOT EXISTS compatibility (
  user_id TEXT NOT NULL, sku TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (user_id, sku));
CREATE TABLE IF NOT EXISTS offers (
  offer_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, sku TEXT NOT NULL, market TEXT NOT NULL,
  format TEXT NOT NULL, status TEXT NOT NULL, listing_id TEXT, data TEXT NOT NULL,
  UNIQUE (user_id, sku, market, format));
CREATE TABLE IF NOT EXISTS listings (
  listing_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, offer_id TEXT NOT NULL, sku TEXT NOT NULL,
  market TEXT NOT NULL, category_id TEXT NOT NULL, status TEXT NOT NULL, title TEXT NOT NULL,
  price TEXT NOT NULL, currency TEXT NOT NULL, quantity INTEGER NOT NULL, sold INTEGER NOT NULL,
  started_at TEXT NOT NULL, ended_at TEXT, data TEXT NOT NULL,
  modified TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS listings_status ON listings (status, started_at);
CREATE INDEX IF NOT EXISTS listings_sku ON listings (user_id, sku);
CREATE TABLE IF NOT EXISTS revisions (
  listing_id TEXT NOT NULL, day TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (listing_id, day));
CREATE TABLE IF NOT EXISTS writes (
  key TEXT PRIMARY KEY, at TEXT NOT NULL, previous TEXT);
CREATE TABLE IF NOT EXISTS orders (
  order_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, buyer TEXT NOT NULL, created TEXT NOT NULL,
  modified TEXT NOT NULL, fulfillment TEXT NOT NULL, payment TEXT NOT NULL, data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS orders_modified ON orders (user_id, modified);
CREATE TABLE IF NOT EXISTS fulfillments (
  order_id TEXT NOT NULL, fulfillment_id TEXT NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (order_id, fulfillment_id));
CREATE TABLE IF NOT EXISTS refunds (
  refund_id TEXT PRIMARY KEY, order_id TEXT NOT NULL, line_item_id TEXT, amount TEXT NOT NULL,
  status TEXT NOT NULL, due_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS returns (
  return_id TEXT PRIMARY KEY, order_id TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL,
  created TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS returns_order ON returns (order_id);
CREATE TABLE IF NOT EXISTS images (
  image_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, url TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
  expires_at TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS configs (client_id TEXT PRIMARY KEY, email TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS destinations (
  destination_id TEXT PRIMARY KEY, client_id TEXT NOT NULL, name TEXT NOT NULL,
  status TEXT NOT NULL, endpoint TEXT NOT NULL, token TEXT NOT NULL, failing_since TEXT);
CREATE TABLE IF NOT EXISTS subscriptions (
  subscription_id TEXT PRIMARY KEY, client_id TEXT NOT NULL, user_id TEXT NOT NULL,
  topic TEXT NOT NULL, status TEXT NOT NULL, schema_version TEXT NOT NULL,
  destination_id TEXT NOT NULL, created TEXT NOT NULL, UNIQUE (client_id, user_id, topic));
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, notification_id TEXT NOT NULL, topic TEXT NOT NULL,
  destination_id TEXT NOT NULL, body TEXT NOT NULL, options TEXT NOT NULL,
  attempts INTEGER NOT NULL, status TEXT NOT NULL, next_at REAL NOT NULL, last_answer TEXT);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (status, next_at);
CREATE TABLE IF NOT EXISTS signing_keys (
  kid TEXT PRIMARY KEY, pem TEXT NOT NULL, created TEXT NOT NULL, current INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS counters (
  client_id TEXT NOT NULL, resource TEXT NOT NULL, day TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (client_id, resource, day));
CREATE TABLE IF NOT EXISTS limits (resource TEXT PRIMARY KEY, n INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS faults (
  id INTEGER PRIMARY KEY AUTOINCREMENT, route TEXT NOT NULL, remaining INTEGER NOT NULL,
  data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, route TEXT NOT NULL,
  method TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL, headers TEXT NOT NULL,
  body TEXT NOT NULL, status INTEGER NOT NULL, fault TEXT);
CREATE TABLE IF NOT EXISTS categories (
  tree TEXT NOT NULL, category_id TEXT NOT NULL, name TEXT NOT NULL, parent TEXT,
  leaf INTEGER NOT NULL, data TEXT NOT NULL, PRIMARY KEY (tree, category_id));
CREATE TABLE IF NOT EXISTS legacy (
  item_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, sku TEXT, market TEXT NOT NULL,
  site TEXT NOT NULL, title TEXT NOT NULL, price TEXT NOT NULL, currency TEXT NOT NULL,
  quantity INTEGER NOT NULL, sold INTEGER NOT NULL, start_at TEXT NOT NULL, end_at TEXT NOT NULL,
  modified TEXT NOT NULL, status TEXT NOT NULL, condition_id TEXT NOT NULL,
  category_id TEXT NOT NULL, format TEXT NOT NULL, tracking TEXT NOT NULL,
  migrated INTEGER NOT NULL DEFAULT 0, data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS legacy_end ON legacy (user_id, status, end_at);
CREATE INDEX IF NOT EXISTS legacy_keys
  ON legacy (user_id, status, migrated, start_at, end_at, item_id);
CREATE INDEX IF NOT EXISTS legacy_modified ON legacy (user_id, modified);
CREATE INDEX IF NOT EXISTS legacy_sku ON legacy (user_id, sku);
CREATE INDEX IF NOT EXISTS legacy_renewal ON legacy (status, end_at);
CREATE TABLE IF NOT EXISTS feed_tasks (
  task_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, feed_type TEXT NOT NULL, kind TEXT NOT NULL,
  schema_version TEXT NOT NULL, market TEXT NOT NULL, created TEXT NOT NULL, status TEXT NOT NULL,
  due_at TEXT, completed TEXT, upload BLOB, result BLOB);
"""

# what Trading sees: listings made elsewhere, and those of the Inventory API (inventory_model)
VIEWS = """
DROP VIEW IF EXISTS trading_keys;
CREATE VIEW trading_keys AS
SELECT item_id, user_id, status, start_at, end_at FROM legacy INDEXED BY legacy_keys
  WHERE migrated = 0
UNION ALL
SELECT listing_id, user_id, CASE status WHEN 'ENDED' THEN 'Completed' ELSE 'Active' END,
  started_at,
  coalesce(ended_at, strftime('%Y-%m-%dT%H:%M:%fZ', started_at, '+1 month')) FROM listings;
DROP VIEW IF EXISTS trading_items;
CREATE VIEW trading_items AS
SELECT item_id, user_id, sku, market, site, title, price, currency, quantity, sold, start_at,
  end_at, modified, status, condition_id, category_id, format, tracking, data,
  0 AS inventory_model FROM legacy WHERE migrated = 0
UNION ALL
SELECT listing_id, user_id, sku, market,
  CASE market WHEN 'EBAY_MOTORS' THEN 'eBayMotors' ELSE 'US' END, title, price, currency,
  quantity + sold, sold, started_at,
  coalesce(ended_at, strftime('%Y-%m-%dT%H:%M:%fZ', started_at, '+1 month')),
  coalesce(nullif(modified, ''), started_at),
  CASE status WHEN 'ENDED' THEN 'Completed' ELSE 'Active' END, '', category_id,
  'FixedPriceItem', 'SKU', data, 1 FROM listings;
"""
