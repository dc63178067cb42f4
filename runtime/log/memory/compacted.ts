import { SightlineError } from '../../errors.js';
import type { LogRecord, StoredRecord, TopicPartition } from '../log.js';
import type { Journal } from './journal.js';
import { sizeOf, stored, Watchers, type PartitionLog } from './partition-log.js';

/** The files are rewritten when they are this many times larger than what they hold … */
const slack = 4;
/** … and at least this large. */
const leastRewriteBytes = 4 * 2 ** 20;

/** A partition that keeps the last record of each key; a null value deletes its key. */
export class CompactedPartition implements PartitionLog {
  readonly at: TopicPartition;
  readonly #journal: Journal | null;
  readonly #now: () => number;
  readonly #watchers = new Watchers();
  /** By key, in order of offset: a key that is written again goes to the end. */
  readonly #live = new Map<string, StoredRecord>();
  #liveBytes = 0;
  #end = 0;
  #closed = false;
  #compacting: Promise<void> | null = null;

  private constructor(at: TopicPartition, journal: Journal | null, now: () => number) {
    this.at = at;
    this.#journal = journal;
    this.#now = now;
  }

  static async open(at: TopicPartition, journal: Journal | null, now: () => number): Promise<CompactedPartition> {
    const partition = new CompactedPartition(at, journal, now);
    if (!journal) return partition;
    for await (const record of journal.all()) partition.#keep(record);
    partition.#end = journal.end;
    return partition;
  }

  get begin(): number {
    return 0;
  }

  get end(): number {
    return this.#end;
  }

  async append(records: readonly LogRecord[]): Promise<number> {
    if (this.#closed) throw new SightlineError('LOG_CLOSED', `topic ${this.at.topic}: the log is closed`);
    await this.#compacting;
    const now = this.#now();
    const written = this.#journal ? await this.#journal.append(records) : records.map((record, i) => stored(this.at, record, this.#end + i, now));
    for (const record of written) this.#keep(record);
    this.#end = written.at(-1)!.offset + 1;
    this.#watchers.tell();
    this.#compactIfWorthwhile();
    return written[0]!.offset;
  }

  async slice(from: number, max: number): Promise<readonly StoredRecord[]> {
    const found: StoredRecord[] = [];
    for (const record of this.#live.values()) {
      if (record.offset < from) continue;
      found.push(record);
      if (found.length === max) break;
    }
    return found;
  }

  watch(listener: () => void): () => void {
    return this.#watchers.add(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#compacting;
    await this.#journal?.close();
  }

  #keep(record: StoredRecord): void {
    const before = this.#live.get(record.key);
    if (before && before.offset > record.offset) return;
    if (before) this.#liveBytes -= sizeOf(before);
    this.#live.delete(record.key);
    this.#live.set(record.key, record);
    this.#liveBytes += sizeOf(record);
  }

  #compactIfWorthwhile(): void {
    const journal = this.#journal;
    if (!journal || this.#compacting || journal.bytes < Math.max(leastRewriteBytes, slack * this.#liveBytes)) return;
    this.#compacting = journal
      .rewrite(() => {
        // Tombstones go once the files no longer hold what they delete.
        for (const record of [...this.#live.values()]) if (record.value === null) this.#live.delete(record.key);
        return [...this.#live.values()];
      })
      .catch(() => undefined)
      .finally(() => {
        this.#compacting = null;
      });
  }
}
