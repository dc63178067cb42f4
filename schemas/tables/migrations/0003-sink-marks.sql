-- How far the sink has come. A batch is planned before it is written and is the same whoever writes it: the first plan of
-- a batch stays, since a second one with the same token is dropped.

CREATE TABLE IF NOT EXISTS sink_plans {on}
(
    stream String COMMENT 'topic, and which log it is of',
    partition UInt32 COMMENT 'partition of the topic',
    first Int64 COMMENT 'offset of the batch''s first record' CODEC(Delta, ZSTD(1)),
    last Int64 COMMENT 'offset of its last record, both included' CODEC(Delta, ZSTD(1)),
    planned DateTime64(3, 'UTC') COMMENT 'wall clock when it was planned' CODEC(Delta, ZSTD(1))
)
ENGINE = {engine:MergeTree}
ORDER BY (stream, partition, first)
TTL toDateTime(planned) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = {window}
COMMENT 'Batches of the sink, planned before they are written';

-- Written after a batch's rows: that a batch stands here says that it is whole, in the views too.
CREATE TABLE IF NOT EXISTS sink_positions {on}
(
    stream String COMMENT 'topic, and which log it is of',
    partition UInt32 COMMENT 'partition of the topic',
    camera String COMMENT 'camera whose frames were written; empty is the partition as a whole',
    first Int64 COMMENT 'offset of the first record of the batch that ended here' CODEC(ZSTD(1)),
    last Int64 COMMENT 'offset of its last record: everything up to it is in the tables' CODEC(ZSTD(1)),
    epoch Int64 COMMENT 'run of the source of the camera''s last frame' CODEC(ZSTD(1)),
    seq Int64 COMMENT 'number of that frame within the epoch' CODEC(ZSTD(1))
)
ENGINE = {engine:ReplacingMergeTree(first)}
ORDER BY (stream, partition, camera)
SETTINGS non_replicated_deduplication_window = {window}
COMMENT 'Last frame of each camera that is in the tables; read with FINAL';
