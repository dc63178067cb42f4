-- Sketches by five minutes, a camera together: a camera's score needs weeks of its own past and nothing of the others'.

CREATE TABLE IF NOT EXISTS drift_slots {on}
(
    slot DateTime('UTC') COMMENT 'start of five minutes of event time, UTC' CODEC(Delta, ZSTD(1)),
    camera LowCardinality(String) COMMENT 'camera name',
    version LowCardinality(String) COMMENT 'which features and seed; rows of different versions do not compare',
    n SimpleAggregateFunction(sum, UInt64) COMMENT 'frames in the sums' CODEC(ZSTD(1)),
    sums AggregateFunction(sumForEach, Array(Int64)) COMMENT 'sums of drift added up: read with sumForEachMerge(sums)' CODEC(ZSTD(1)),
    stored SimpleAggregateFunction(max, DateTime('UTC')) COMMENT 'wall clock when the last of its rows was stored, UTC' CODEC(Delta, ZSTD(1))
)
ENGINE = {engine:AggregatingMergeTree}
PARTITION BY toYYYYMM(slot)
ORDER BY (camera, version, slot)
TTL stored + INTERVAL 100 DAY
SETTINGS index_granularity = 256, ttl_only_drop_parts = 1, non_replicated_deduplication_window = {window}
COMMENT 'Embedding sketches by five minutes, of the minutes whose picture was ok throughout';

CREATE MATERIALIZED VIEW IF NOT EXISTS drift_slots_view {on} TO drift_slots AS
SELECT toStartOfFiveMinutes(minute) AS slot, camera, version, sum(toUInt64(d.n)) AS n, sumForEachState(d.sums) AS sums, now() AS stored
FROM drift AS d
WHERE d.bad = 0
GROUP BY slot, camera, version;
