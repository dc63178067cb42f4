import type { Log, StoredRecord, TopicPartition } from '@sightline/runtime/log/log';
import type { Store } from '@sightline/runtime/store/store';
import type { Range } from './batch.js';
import { nextStream, readMark, type Mark } from './marks.js';

/** One partition of one topic on its way into the store: where it stands, and the records that wait. */
export class Lane {
  readonly topic: string;
  readonly partition: number;
  stream: string;
  /** Everything up to this offset is in the tables. */
  written = -1;
  /** Everything up to this offset was handed over. */
  taken = -1;
  /** A batch that was planned and may be written in part: it is written again before anything else. */
  planned: Mark | null = null;
  waiting: StoredRecord[] = [];
  bytes = 0;

  constructor(readonly at: TopicPartition) {
    this.topic = at.topic;
    this.partition = at.partition;
    this.stream = at.topic;
  }

  get name(): string {
    return `${this.topic}/${this.partition}`;
  }

  /** Reads where the partition stands: where to go on, and what to write again first. */
  async stand(store: Store, log: Log): Promise<void> {
    const mark = await readMark(store, this.topic, this.partition);
    if (!mark) return;
    const { begin, end } = await log.offsets(this.at);
    const same = await this.#isOf(log, mark, begin, end);
    this.stream = same ? mark.stream : nextStream(this.topic, mark.stream);
    this.planned = same && mark.last >= mark.first ? mark : null;
    this.#advance(same ? (this.planned ? mark.first - 1 : mark.last) : -1);
  }

  take(records: readonly StoredRecord[]): void {
    for (const record of records) {
      if (record.offset <= this.taken) continue;
      this.taken = record.offset;
      this.waiting.push(record);
      this.bytes += record.value?.byteLength ?? 0;
    }
  }

  done({ last }: Range): void {
    this.planned = null;
    this.#advance(last);
  }

  #advance(last: number): void {
    this.written = last;
    this.taken = Math.max(this.taken, last);
    this.waiting = this.waiting.filter((record) => record.offset > last);
    this.bytes = this.waiting.reduce((sum, record) => sum + (record.value?.byteLength ?? 0), 0);
  }

  /** Whether the log is the one that the mark is of: it reaches that far, and the record there is as old. */
  async #isOf(log: Log, { last, appended }: Mark, begin: number, end: number): Promise<boolean> {
    if (last >= end) return false;
    if (last < begin) return true;
    for await (const record of log.read(this.at, last, last + 1)) return record.offset !== last || Math.round(record.appendedAt) === appended;
    return true;
  }
}
