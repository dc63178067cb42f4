import type { LogRecord, StoredRecord, TopicPartition } from '../log.js';
import { SightlineError } from '../../errors.js';
import type { Journal } from './journal.js';
import { sizeOf, stored, Watchers, type PartitionLog } from './partition-log.js';

/** Newest records kept in memory, so that readers at the end never touch the files. */
const tailBytes = 4 * 2 ** 20;
/** Without files this is all that is kept. */
const memoryBytes = 64 * 2 ** 20;

/** A partition whose records stay: in a journal's files, or, without one, the newest of them in memory. */
export class DurablePartition implements PartitionLog {
  readonly at: TopicPartition;
  readonly #journal: Journal | null;
  readonly #now: () => number;
  readonly #watchers = new Watchers();
  #tail: StoredRecord[] = [];
  #tailBytes = 0;
  #end: number;
  #closed = false;

  constructor(at: TopicPartition, journal: Journal | null, now: () => number) {
    this.at = at;
    this.#journal = journal;
    this.#now = now;
    this.#end = journal?.end ?? 0;
  }

  get begin(): number {
    return this.#journal?.begin ?? this.#tail[0]?.offset ?? this.#end;
  }

  get end(): number {
    return this.#end;
  }

  async append(records: readonly LogRecord[]): Promise<number> {
    if (this.#closed) throw new SightlineError('LOG_CLOSED', `topic ${this.at.topic}: the log is closed`);
    const now = this.#now();
    const written = this.#journal ? await this.#journal.append(records) : records.map((record, i) => stored(this.at, record, this.#end + i, now));
    for (const record of written) {
      this.#tail.push(record);
      this.#tailBytes += sizeOf(record);
    }
    this.#trim();
    this.#end = written.at(-1)!.offset + 1;
    this.#watchers.tell();
    return written[0]!.offset;
  }

  async slice(from: number, max: number): Promise<readonly StoredRecord[]> {
    const first = this.#tail[0]?.offset ?? this.#end;
    if (from >= first) return this.#tail.slice(from - first, from - first + max);
    if (!this.#journal) return this.#tail.slice(0, max);
    return this.#journal.read(from, Math.min(max, first - from));
  }

  watch(listener: () => void): () => void {
    return this.#watchers.add(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#journal?.close();
  }

  #trim(): void {
    const limit = this.#journal ? tailBytes : memoryBytes;
    if (this.#tailBytes <= limit) return;
    let gone = 0;
    // Down to three quarters, so that cutting costs little per record.
    while (this.#tailBytes > limit * 0.75 && gone < this.#tail.length - 1) this.#tailBytes -= sizeOf(this.#tail[gone++]!);
    this.#tail = this.#tail.slice(gone);
  }
}
