-- What is computed from the tables as rows come in. A view may miss the last batch when the process is killed; the sink
-- mends that by sending the batch again with the same token (window and deduplicate_blocks_in_dependent_materialized_views).

CREATE TABLE IF NOT EXISTS samples_1m {on}
(
    at DateTime('UTC') COMMENT 'start of the minute of event time, UTC' CODEC(Delta, ZSTD(1)),
    camera LowCardinality(String) COMMENT 'camera name',
    zone LowCardinality(String) COMMENT 'zone name',
    zone_kind SimpleAggregateFunction(anyLast, LowCardinality(String)) COMMENT 'line, area, queue, stalls or shelf',
    measure LowCardinality(String) COMMENT 'as in samples',
    class LowCardinality(String) COMMENT 'class of the objects; empty is all classes together',
    known SimpleAggregateFunction(sum, UInt64) COMMENT 'seconds whose value is known; the mean is total / known' CODEC(ZSTD(1)),
    unknown SimpleAggregateFunction(sum, UInt64) COMMENT 'seconds whose value is unknown' CODEC(ZSTD(1)),
    total SimpleAggregateFunction(sum, Float64) COMMENT 'sum of the known values: unit × seconds' CODEC(ZSTD(1)),
    low SimpleAggregateFunction(min, Nullable(Float64)) COMMENT 'least known value' CODEC(ZSTD(1)),
    high SimpleAggregateFunction(max, Nullable(Float64)) COMMENT 'greatest known value' CODEC(ZSTD(1)),
    last SimpleAggregateFunction(max, Tuple(at DateTime('UTC'), value Float64)) COMMENT 'last known value and its second; 1970 when none is known' CODEC(ZSTD(1)),
    coverage SimpleAggregateFunction(sum, Float64) COMMENT 'sum of the seconds'' coverage' CODEC(ZSTD(1)),
    stored SimpleAggregateFunction(max, DateTime('UTC')) COMMENT 'wall clock when the last of its rows was stored, UTC' CODEC(Delta, ZSTD(1))
)
ENGINE = {engine:AggregatingMergeTree}
PARTITION BY toYYYYMM(at)
ORDER BY (camera, zone, measure, class, at)
TTL stored + INTERVAL 400 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = {window}
COMMENT 'Samples by minute; group by the key, rows of a minute may come in several parts';

CREATE MATERIALIZED VIEW IF NOT EXISTS samples_1m_view {on} TO samples_1m AS
SELECT
    toStartOfMinute(s.at) AS at, camera, zone, any(s.zone_kind) AS zone_kind, measure, class,
    count(value) AS known, count() - count(value) AS unknown,
    sum(ifNull(value, 0)) AS total, min(value) AS low, max(value) AS high,
    maxIf((s.at, ifNull(value, 0)), value IS NOT NULL) AS last,
    sum(toFloat64(s.coverage)) AS coverage, now() AS stored
FROM samples AS s
GROUP BY camera, zone, measure, class, at;

CREATE TABLE IF NOT EXISTS samples_15m {on} AS samples_1m
ENGINE = {engine:AggregatingMergeTree}
PARTITION BY toYYYYMM(at)
ORDER BY (camera, zone, measure, class, at)
TTL stored + INTERVAL 3700 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = {window}
COMMENT 'Samples by quarter of an hour; group by the key, rows of a quarter may come in several parts';

CREATE MATERIALIZED VIEW IF NOT EXISTS samples_15m_view {on} TO samples_15m AS
SELECT
    toStartOfFifteenMinutes(s.at) AS at, camera, zone, any(s.zone_kind) AS zone_kind, measure, class,
    count(value) AS known, count() - count(value) AS unknown,
    sum(ifNull(value, 0)) AS total, min(value) AS low, max(value) AS high,
    maxIf((s.at, ifNull(value, 0)), value IS NOT NULL) AS last,
    sum(toFloat64(s.coverage)) AS coverage, now() AS stored
FROM samples AS s
GROUP BY camera, zone, measure, class, at;

CREATE TABLE IF NOT EXISTS latest {on}
(
    camera LowCardinality(String) COMMENT 'camera name',
    zone LowCardinality(String) COMMENT 'zone name',
    zone_kind LowCardinality(String) COMMENT 'line, area, queue, stalls or shelf',
    measure LowCardinality(String) COMMENT 'as in samples',
    class LowCardinality(String) COMMENT 'class of the objects; empty is all classes together',
    at DateTime('UTC') COMMENT 'event time of the value, UTC' CODEC(ZSTD(1)),
    value Nullable(Float64) COMMENT 'last value; NULL is unknown' CODEC(ZSTD(1)),
    coverage Float32 COMMENT 'share of that second''s frames that were analysed or carried on, 0..1' CODEC(ZSTD(1))
)
ENGINE = {engine:ReplacingMergeTree(at)}
ORDER BY (camera, zone, measure, class)
SETTINGS non_replicated_deduplication_window = {window}
COMMENT 'Last value of each measure of each zone: read it with FINAL';

CREATE MATERIALIZED VIEW IF NOT EXISTS latest_view {on} TO latest AS
SELECT
    camera, zone, any(s.zone_kind) AS zone_kind, measure, class,
    max(s.at) AS at,
    argMax(tuple(s.value), s.at).1 AS value,
    argMax(s.coverage, s.at) AS coverage
FROM samples AS s
GROUP BY camera, zone, measure, class;

CREATE TABLE IF NOT EXISTS drift_hourly {on}
(
    hour DateTime('UTC') COMMENT 'start of the hour of event time, UTC' CODEC(Delta, ZSTD(1)),
    camera LowCardinality(String) COMMENT 'camera name',
    version LowCardinality(String) COMMENT 'which features and seed; rows of different versions do not compare',
    n SimpleAggregateFunction(sum, UInt64) COMMENT 'frames in the sums' CODEC(ZSTD(1)),
    sums AggregateFunction(sumForEach, Array(Int64)) COMMENT 'sums of drift added up: read with sumForEachMerge(sums)' CODEC(ZSTD(1)),
    stored SimpleAggregateFunction(max, DateTime('UTC')) COMMENT 'wall clock when the last of its rows was stored, UTC' CODEC(Delta, ZSTD(1))
)
ENGINE = {engine:AggregatingMergeTree}
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, camera, version)
TTL stored + INTERVAL 400 DAY
SETTINGS index_granularity = 256, ttl_only_drop_parts = 1, non_replicated_deduplication_window = {window}
COMMENT 'Embedding sketches by hour, of the minutes whose picture was ok throughout';

CREATE MATERIALIZED VIEW IF NOT EXISTS drift_hourly_view {on} TO drift_hourly AS
SELECT toStartOfHour(minute) AS hour, camera, version, sum(toUInt64(d.n)) AS n, sumForEachState(d.sums) AS sums, now() AS stored
FROM drift AS d
WHERE d.bad = 0
GROUP BY hour, camera, version;

-- Small enough to be counted when it is asked for: a materialised view costs each batch some milliseconds.
CREATE VIEW IF NOT EXISTS model_versions {on} AS
SELECT camera, model, min(minute) AS first_minute, max(minute) AS last_minute, sum(inferred) AS frames
FROM frames_1m
GROUP BY camera, model
COMMENT 'Which model made which camera''s numbers, from when to when';
