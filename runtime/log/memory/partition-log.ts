import type { LogRecord, StoredRecord, TopicPartition } from '../log.js';

/** One partition of one topic: what the in-process log is made of. Three kinds: frames (volatile), plain, compacted. */
export interface PartitionLog {
  readonly at: TopicPartition;
  /** Least offset that can still be read. */
  readonly begin: number;
  /** The offset after the last record that is safe. */
  readonly end: number;
  /** Appends as one unit; resolves to the first record's offset when they are safe. Rejects with DISK_FULL or LOG_CLOSED. */
  append(records: readonly LogRecord[]): Promise<number>;
  /** Records at and behind `from` (or behind `begin`), in order, at most `max`; none when there are none yet. */
  slice(from: number, max: number): Promise<readonly StoredRecord[]>;
  /** Calls back after each append; returns how to stop that. */
  watch(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Listeners of one partition. */
export class Watchers {
  readonly #listeners = new Set<() => void>();

  add(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Resolves when the partition holds something at `offset`, or the signal aborts. */
export async function waitFor(log: PartitionLog, offset: number, signal: AbortSignal): Promise<void> {
  if (log.end > offset || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stop();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const stop = log.watch(() => {
      if (log.end > offset) done();
    });
    signal.addEventListener('abort', done);
  });
}

export function sizeOf(record: LogRecord): number {
  return record.key.length + (record.value?.byteLength ?? 0);
}

export function stored(at: TopicPartition, record: LogRecord, offset: number, appendedAt: number): StoredRecord {
  const { key, value, headers } = record;
  return { topic: at.topic, partition: at.partition, offset, appendedAt, key, value, ...(headers && { headers }) };
}
