-- An object's way through the zones of a camera, and where objects stood and went: what cannot be had from events or tracks
-- without reading all of them.
CREATE TABLE IF NOT EXISTS journeys {on}
(
    began DateTime64(6, 'UTC') COMMENT 'event time: entered its first zone, UTC' CODEC(Delta, ZSTD(1)),
    ended DateTime64(6, 'UTC') COMMENT 'event time: left its last zone, UTC' CODEC(Delta, ZSTD(1)),
    camera LowCardinality(String) COMMENT 'camera name',
    track String COMMENT 'the first track of the object, unique per camera' CODEC(ZSTD(1)),
    classes Array(LowCardinality(String)) COMMENT 'what it was taken for, such as person',
    zones Array(LowCardinality(String)) COMMENT 'the zones it passed, in order of entering; a zone may come again',
    entered Array(DateTime64(6, 'UTC')) COMMENT 'when it entered each of them, UTC' CODEC(ZSTD(1)),
    left Array(DateTime64(6, 'UTC')) COMMENT 'when it left each of them, UTC; of a line, when it was crossed' CODEC(ZSTD(1)),
    directions Array(LowCardinality(String)) COMMENT 'in or out of each line, else empty',
    abandoned Array(LowCardinality(String)) COMMENT 'queues that it left without being served',
    stored DateTime('UTC') DEFAULT now() COMMENT 'wall clock when the row was stored, UTC' CODEC(Delta, ZSTD(1))
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(began)
ORDER BY (began, camera)
TTL stored + INTERVAL 400 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = {window}
COMMENT 'Which zones an object passed, in which order and when: one row an object that passed any';

-- Whole numbers only, so that the rows of any minutes, cameras and classes add up exactly.
CREATE TABLE IF NOT EXISTS presence_1m {on}
(
    minute DateTime('UTC') COMMENT 'start of the minute of event time, UTC' CODEC(Delta, ZSTD(1)),
    camera LowCardinality(String) COMMENT 'camera name',
    class LowCardinality(String) COMMENT 'class of the objects',
    cell UInt16 COMMENT 'row × 64 + column of a grid of 64 columns and 36 rows over the frame, from the top left' CODEC(ZSTD(1)),
    ms UInt64 COMMENT 'milliseconds that objects stood in the cell (middle of the foot), all objects together' CODEC(ZSTD(1)),
    dx Int64 COMMENT 'their way through it: 65535 × fractions of the frame''s width, to the right' CODEC(ZSTD(1)),
    dy Int64 COMMENT '65535 × fractions of the frame''s height, downwards' CODEC(ZSTD(1)),
    stored SimpleAggregateFunction(max, DateTime('UTC')) DEFAULT now() COMMENT 'wall clock when the row was stored, UTC' CODEC(Delta, ZSTD(1))
)
ENGINE = {engine:SummingMergeTree}
PARTITION BY toYYYYMM(minute)
ORDER BY (camera, minute, class, cell)
TTL stored + INTERVAL 400 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = {window}
COMMENT 'Where objects stood and which way they went, by minute and cell; sum() over it, rows of a minute may come in several parts';

-- What a sample can be trusted with, beside its coverage.
ALTER TABLE samples {on} ADD COLUMN IF NOT EXISTS skipped Float32 DEFAULT 0 COMMENT 'share of this second''s frames that showed nothing new and were not analysed, 0..1' CODEC(ZSTD(1)) AFTER coverage;
ALTER TABLE samples {on} ADD COLUMN IF NOT EXISTS quality LowCardinality(String) DEFAULT 'ok' COMMENT 'state of the camera''s picture: ok, dark, blurred, frozen or moved' AFTER skipped
