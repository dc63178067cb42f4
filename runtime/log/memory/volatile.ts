import { SightlineError } from '../../errors.js';
import type { LogRecord, StoredRecord, TopicPartition } from '../log.js';
import { sizeOf, stored, Watchers, type PartitionLog } from './partition-log.js';

/**
 * A partition that lives in memory, values by reference, bounded by records and bytes. Producers wait, first come first
 * served, until `release` makes room. One record larger than the bound is let in alone.
 */
export class VolatilePartition implements PartitionLog {
  readonly at: TopicPartition;
  readonly #watchers = new Watchers();
  readonly #waiting: { records: readonly LogRecord[]; resolve: (offset: number) => void; reject: (error: Error) => void }[] = [];
  #records: StoredRecord[] = [];
  /** Sizes as they were sent: a consumer may detach the buffer of a value. */
  #sizes: number[] = [];
  #bytes = 0;
  #begin = 0;
  #closed = false;
  readonly #maxRecords: number;
  readonly #maxBytes: number;
  readonly #now: () => number;

  constructor(at: TopicPartition, options: { maxRecords: number; maxBytes: number; now: () => number }) {
    this.at = at;
    this.#maxRecords = options.maxRecords;
    this.#maxBytes = options.maxBytes;
    this.#now = options.now;
  }

  get begin(): number {
    return this.#begin;
  }

  get end(): number {
    return this.#begin + this.#records.length;
  }

  async append(records: readonly LogRecord[]): Promise<number> {
    if (this.#closed) throw closed(this.at);
    if (this.#waiting.length === 0 && this.#fits(records)) return this.#put(records);
    return new Promise((resolve, reject) => this.#waiting.push({ records, resolve, reject }));
  }

  async slice(from: number, max: number): Promise<readonly StoredRecord[]> {
    const start = Math.max(0, from - this.#begin);
    return this.#records.slice(start, start + max);
  }

  /** Forgets every record below this offset and lets waiting producers in. */
  release(below: number): void {
    const gone = Math.min(Math.max(0, below - this.#begin), this.#records.length);
    if (gone === 0) return;
    for (const size of this.#sizes.splice(0, gone)) this.#bytes -= size;
    this.#records = this.#records.slice(gone);
    this.#begin += gone;
    for (let next = this.#waiting[0]; next && this.#fits(next.records); next = this.#waiting[0]) {
      this.#waiting.shift();
      next.resolve(this.#put(next.records));
    }
  }

  watch(listener: () => void): () => void {
    return this.#watchers.add(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(closed(this.at));
    this.#begin = this.end;
    this.#records = [];
    this.#sizes = [];
    this.#bytes = 0;
  }

  #fits(records: readonly LogRecord[]): boolean {
    if (this.#records.length === 0) return true;
    const size = records.reduce((sum, record) => sum + sizeOf(record), 0);
    return this.#records.length + records.length <= this.#maxRecords && this.#bytes + size <= this.#maxBytes;
  }

  #put(records: readonly LogRecord[]): number {
    const first = this.end;
    const now = this.#now();
    records.forEach((record, index) => {
      this.#records.push(stored(this.at, record, first + index, now));
      const size = sizeOf(record);
      this.#sizes.push(size);
      this.#bytes += size;
    });
    this.#watchers.tell();
    return first;
  }
}

function closed(at: TopicPartition): SightlineError {
  return new SightlineError('LOG_CLOSED', `topic ${at.topic}: the log is closed`);
}
