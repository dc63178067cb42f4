-- What people and programs did through the dashboard: written by gateways, read on the settings page.
CREATE TABLE IF NOT EXISTS audit {on}
(
    at DateTime64(3, 'UTC') COMMENT 'wall clock, UTC' CODEC(Delta, ZSTD(1)),
    who LowCardinality(String) COMMENT 'user or token; empty when not known',
    role LowCardinality(String) COMMENT 'viewer, operator or admin; empty when not known',
    action LowCardinality(String) COMMENT 'what was done, such as sign-in, sign-in-refused, site-saved, token-created',
    detail String COMMENT 'on what, without secrets' CODEC(ZSTD(1)),
    address String COMMENT 'address of the client' CODEC(ZSTD(1)),
    id String COMMENT 'unique' CODEC(ZSTD(1)),
    stored DateTime('UTC') DEFAULT now() COMMENT 'wall clock when the row was stored, UTC' CODEC(Delta, ZSTD(1))
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(at)
ORDER BY at
TTL stored + INTERVAL 400 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = {window}
COMMENT 'Sign-ins, refusals and changes made through the dashboard'
