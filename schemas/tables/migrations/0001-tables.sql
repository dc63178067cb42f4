-- Tables that hold what the records say. Rules for every table:
--   · the engine comes as {engine:Name} (a cluster puts Replicated before it) and {on} (ON CLUSTER …);
--   · non_replicated_deduplication_window remembers the tokens of that many inserts, so a batch sent twice counts once;
--   · times Delta + ZSTD(1), floats plain ZSTD(1): chosen by measurement (Gorilla, FPC, DoubleDelta were larger or slower);
--   · a table forgets rows some days after they were stored, whatever their event time says (a recording of last year, a
--     camera whose clock is wrong); whole parts are dropped, nothing is rewritten.

-- All cameras on one page, newest first, is the question asked most: time first, then camera.
CREATE TABLE IF NOT EXISTS events {on}
(
    at DateTime64(6, 'UTC') COMMENT 'event time: when it happened, UTC, to the microsecond' CODEC(Delta, ZSTD(1)),
    camera LowCardinality(String) COMMENT 'camera name',
    zone LowCardinality(String) COMMENT 'zone name',
    zone_kind LowCardinality(String) COMMENT 'line, area, queue, stalls or shelf',
    kind LowCardinality(String) COMMENT 'crossed, entered, left, loitering, crowded, uncrowded, joined, served, abandoned, parked, departed, overstayed, facing-emptied, facing-restocked, journey',
    class LowCardinality(String) COMMENT 'class of the object, such as person or car; empty when it is about none',
    direction LowCardinality(String) COMMENT 'in or out for crossed, else empty',
    track String COMMENT 'id of the object''s track, unique per camera; empty when it is about none' CODEC(ZSTD(1)),
    part LowCardinality(String) COMMENT 'stall or facing, else empty',
    seconds Nullable(Float64) COMMENT 'seconds: dwell of left, wait of served and abandoned, parking time of departed' CODEC(ZSTD(1)),
    value Nullable(Float64) COMMENT 'how many: people of crowded' CODEC(ZSTD(1)),
    x Nullable(Float32) COMMENT 'where it stood: fraction of the frame''s width, 0 left' CODEC(ZSTD(1)),
    y Nullable(Float32) COMMENT 'where it stood: fraction of the frame''s height, 0 top' CODEC(ZSTD(1)),
    along Nullable(Float32) COMMENT 'where on the line it crossed: 0 at its first point, 1 at its second' CODEC(ZSTD(1)),
    id String COMMENT 'the same on every replay: camera/zone/epoch-seq-n' CODEC(ZSTD(1)),
    epoch Int64 COMMENT 'run of the source that the frame belongs to (ms since 1970 at its start)' CODEC(ZSTD(1)),
    seq UInt64 COMMENT 'number of the frame that settled it, within its epoch' CODEC(DoubleDelta, ZSTD(1)),
    stored DateTime('UTC') DEFAULT now() COMMENT 'wall clock when the row was stored, UTC' CODEC(Delta, ZSTD(1))
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(at)
ORDER BY (at, camera)
TTL stored + INTERVAL 1100 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = {window}
COMMENT 'Something began, ended or crossed: one row an event';

-- One row a measure, not one column a measure: kinds of zones bring new measures without a migration, a chart reads one
-- contiguous run of rows, one rollup serves all, and in this order the repeated keys compress to nearly nothing.
CREATE TABLE IF NOT EXISTS samples {on}
(
    at DateTime('UTC') COMMENT 'event time, a whole second, UTC' CODEC(Delta, ZSTD(1)),
    camera LowCardinality(String) COMMENT 'camera name',
    zone LowCardinality(String) COMMENT 'zone name',
    zone_kind LowCardinality(String) COMMENT 'line, area, queue, stalls or shelf',
    measure LowCardinality(String) COMMENT 'in, out (cumulative), count, density, length (people), wait (seconds), occupied, free (stalls), fill (0..1), empty (facings) …',
    class LowCardinality(String) COMMENT 'class of the objects; empty is all classes together',
    value Nullable(Float64) COMMENT 'the measure, in its own unit; NULL is unknown (dark, moved, offline), never 0' CODEC(ZSTD(1)),
    coverage Float32 COMMENT 'share of this second''s frames that were analysed or carried on, 0..1' CODEC(ZSTD(1)),
    stored DateTime('UTC') DEFAULT now() COMMENT 'wall clock when the row was stored, UTC' CODEC(Delta, ZSTD(1))
)
ENGINE = {engine:MergeTree}
PARTITION BY toDate(at)
ORDER BY (camera, zone, measure, class, at)
TTL stored + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = {window}
COMMENT 'A zone''s measures at each second of event time: one row a measure';

CREATE TABLE IF NOT EXISTS tracks {on}
(
    began DateTime64(6, 'UTC') COMMENT 'event time: first seen, UTC' CODEC(Delta, ZSTD(1)),
    ended DateTime64(6, 'UTC') COMMENT 'event time: last seen, UTC' CODEC(Delta, ZSTD(1)),
    camera LowCardinality(String) COMMENT 'camera name',
    class LowCardinality(String) COMMENT 'class of the object',
    id String COMMENT 'unique per camera for ever' CODEC(ZSTD(1)),
    seconds Float64 COMMENT 'seconds from first to last seen' CODEC(ZSTD(1)),
    path_ms Array(UInt32) COMMENT 'path: milliseconds since began of each point' CODEC(ZSTD(1)),
    path_x Array(UInt16) COMMENT 'path: 65535 × fraction of the frame''s width' CODEC(ZSTD(1)),
    path_y Array(UInt16) COMMENT 'path: 65535 × fraction of the frame''s height (bottom of the box)' CODEC(ZSTD(1)),
    height Float32 COMMENT 'median height of its box, fraction of the frame' CODEC(ZSTD(1)),
    max_score Float32 COMMENT 'best detection score, 0..1' CODEC(ZSTD(1)),
    stored DateTime('UTC') DEFAULT now() COMMENT 'wall clock when the row was stored, UTC' CODEC(Delta, ZSTD(1))
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(began)
ORDER BY (camera, began)
TTL stored + INTERVAL 100 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = {window}
COMMENT 'Finished tracks, corrected: one row an object, with its simplified path';

CREATE TABLE IF NOT EXISTS camera_status {on}
(
    at DateTime64(3, 'UTC') COMMENT 'wall clock of the report, UTC' CODEC(Delta, ZSTD(1)),
    camera LowCardinality(String) COMMENT 'camera name',
    state LowCardinality(String) COMMENT 'starting, online, stalled, offline or ended',
    since DateTime64(3, 'UTC') COMMENT 'wall clock: in this state since' CODEC(Delta, ZSTD(1)),
    epoch Int64 COMMENT 'run of the source (ms since 1970 at its start)' CODEC(ZSTD(1)),
    fps_wanted Float32 COMMENT 'frames a second asked for' CODEC(ZSTD(1)),
    fps_got Float32 COMMENT 'frames a second received' CODEC(ZSTD(1)),
    last_frame Nullable(DateTime64(3, 'UTC')) COMMENT 'wall clock of the last frame; NULL before the first' CODEC(ZSTD(1)),
    width Nullable(UInt16) COMMENT 'width of the source picture, pixels' CODEC(ZSTD(1)),
    height Nullable(UInt16) COMMENT 'height of the source picture, pixels' CODEC(ZSTD(1)),
    frames UInt64 COMMENT 'frames since the start of the source' CODEC(ZSTD(1)),
    quiet UInt64 COMMENT 'frames held back by the gate since the start' CODEC(ZSTD(1)),
    dropped Map(LowCardinality(String), UInt64) COMMENT 'frames lost since the start, by reason' CODEC(ZSTD(1)),
    reconnects UInt32 COMMENT 'reconnects since the start' CODEC(ZSTD(1)),
    quality LowCardinality(String) COMMENT 'ok, dark, blurred, frozen or moved',
    problem String COMMENT 'what went wrong last, and what to do; empty when all is well' CODEC(ZSTD(1)),
    stored DateTime('UTC') DEFAULT now() COMMENT 'wall clock when the row was stored, UTC' CODEC(Delta, ZSTD(1))
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(at)
ORDER BY (camera, at)
TTL stored + INTERVAL 100 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = {window}
COMMENT 'Reports of each camera: one row a report';

-- Windows are compared over all cameras at once: time first. Rows are wide, so granules are small.
CREATE TABLE IF NOT EXISTS drift {on}
(
    minute DateTime('UTC') COMMENT 'start of the minute of event time, UTC' CODEC(Delta, ZSTD(1)),
    camera LowCardinality(String) COMMENT 'camera name',
    version LowCardinality(String) COMMENT 'which features and seed; rows of different versions do not compare',
    n UInt32 COMMENT 'frames in the sums' CODEC(ZSTD(1)),
    sums Array(Int64) COMMENT 'sum of round(32767·z) over the frames, z the random Fourier features of the frame''s embedding' CODEC(ZSTD(1)),
    brightness Float32 COMMENT 'mean grey level, 0..255' CODEC(ZSTD(1)),
    contrast Float32 COMMENT 'standard deviation of grey, 0..255' CODEC(ZSTD(1)),
    sharpness Float32 COMMENT 'mean absolute Laplacian of grey' CODEC(ZSTD(1)),
    bad Float32 COMMENT 'share of frames whose picture was not ok, 0..1; such a minute enters no reference' CODEC(ZSTD(1)),
    stored DateTime('UTC') DEFAULT now() COMMENT 'wall clock when the row was stored, UTC' CODEC(Delta, ZSTD(1))
)
ENGINE = {engine:MergeTree}
PARTITION BY toDate(minute)
ORDER BY (minute, camera)
TTL stored + INTERVAL 100 DAY
SETTINGS index_granularity = 256, ttl_only_drop_parts = 1, non_replicated_deduplication_window = {window}
COMMENT 'Embedding sketches, one row a camera and minute: any two sets of rows give their MMD²';

CREATE TABLE IF NOT EXISTS alerts {on}
(
    at DateTime64(6, 'UTC') COMMENT 'event time of this change, UTC' CODEC(Delta, ZSTD(1)),
    rule LowCardinality(String) COMMENT 'name of the rule',
    state LowCardinality(String) COMMENT 'pending, firing or resolved',
    severity LowCardinality(String) COMMENT 'info, warning or critical',
    camera LowCardinality(String) COMMENT 'camera name',
    subject LowCardinality(String) COMMENT 'zone, or the camera itself',
    measure LowCardinality(String) COMMENT 'measure that the rule watches',
    condition String COMMENT 'the condition as written' CODEC(ZSTD(1)),
    value Nullable(Float64) COMMENT 'the value that settled it' CODEC(ZSTD(1)),
    since DateTime64(6, 'UTC') COMMENT 'event time: when the condition began' CODEC(Delta, ZSTD(1)),
    id String COMMENT 'one firing: the same for pending, firing and resolved' CODEC(ZSTD(1)),
    stored DateTime('UTC') DEFAULT now() COMMENT 'wall clock when the row was stored, UTC' CODEC(Delta, ZSTD(1))
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(at)
ORDER BY (at, rule)
TTL stored + INTERVAL 1100 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = {window}
COMMENT 'Each change of state of each alert rule';

-- Written once a batch, camera and minute: it says how far the other tables can be trusted, and which model and
-- site configuration made them.
CREATE TABLE IF NOT EXISTS frames_1m {on}
(
    minute DateTime('UTC') COMMENT 'start of the minute of event time, UTC' CODEC(Delta, ZSTD(1)),
    camera LowCardinality(String) COMMENT 'camera name',
    model LowCardinality(String) COMMENT 'model version: name@hash',
    site LowCardinality(String) COMMENT 'version of the site configuration',
    inferred UInt64 COMMENT 'frames that the model saw' CODEC(ZSTD(1)),
    quiet UInt64 COMMENT 'frames that did not differ from the last one seen' CODEC(ZSTD(1)),
    failed UInt64 COMMENT 'frames whose pixels or inference failed' CODEC(ZSTD(1)),
    dropped UInt64 COMMENT 'frames lost before analysis, whatever the reason' CODEC(ZSTD(1)),
    detections UInt64 COMMENT 'detections in all frames' CODEC(ZSTD(1)),
    stored SimpleAggregateFunction(max, DateTime('UTC')) DEFAULT now() COMMENT 'wall clock when the row was stored, UTC' CODEC(Delta, ZSTD(1))
)
ENGINE = {engine:SummingMergeTree}
PARTITION BY toYYYYMM(minute)
ORDER BY (camera, minute, model, site)
TTL stored + INTERVAL 400 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = {window}
COMMENT 'Frames of each camera and minute; sum() over it, rows of a minute may come in several parts';

CREATE TABLE IF NOT EXISTS site_versions {on}
(
    version String COMMENT 'first 12 hex digits of the sha256 of the configuration',
    site LowCardinality(String) COMMENT 'name of the site',
    stored DateTime64(3, 'UTC') COMMENT 'wall clock when it came into force' CODEC(ZSTD(1)),
    configuration String COMMENT 'the configuration as JSON, without secrets' CODEC(ZSTD(3))
)
ENGINE = {engine:ReplacingMergeTree(stored)}
ORDER BY version
SETTINGS non_replicated_deduplication_window = {window}
COMMENT 'Every site configuration that was in force: FINAL gives one row a version';
