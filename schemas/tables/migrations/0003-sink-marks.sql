-- How far the sink has come, written ahead: before a batch goes into the tables, one insert here says which records it is
-- made of, and which frames were the last before it. A batch is the same whoever writes it, and so are its tokens; a sink
-- begins by writing the last one again. The first plan of a batch stays, since a second one with its token is dropped.
CREATE TABLE IF NOT EXISTS sink_marks {on}
(
    stream String COMMENT 'topic, and with #2, #3 … which log it is of: a log begun anew counts offsets from 0 again',
    partition UInt32 COMMENT 'partition of the topic',
    camera String COMMENT 'camera of the frame below; empty is the partition as a whole',
    step UInt64 COMMENT 'the newest row counts: 2·first of a plan, 2·last + 1 once that is known to be whole' CODEC(ZSTD(1)),
    first Int64 COMMENT 'offset of the batch''s first record; everything before it is in the tables' CODEC(ZSTD(1)),
    last Int64 COMMENT 'offset of its last record; before first when nothing is on its way' CODEC(ZSTD(1)),
    batch String COMMENT 'the token of the batch: every partition and range it is made of' CODEC(ZSTD(1)),
    appended DateTime64(3, 'UTC') COMMENT 'wall clock when the record at last came into the log: tells this log from another' CODEC(ZSTD(1)),
    epoch Int64 COMMENT 'run of the source of the last frame in the tables' CODEC(ZSTD(1)),
    seq Int64 COMMENT 'number of that frame within its epoch' CODEC(ZSTD(1))
)
ENGINE = {engine:ReplacingMergeTree(step)}
ORDER BY (stream, partition, camera)
SETTINGS non_replicated_deduplication_window = {window}
COMMENT 'What the sink writes next, and the last frame of each camera before that; read with FINAL';
