import type { Log, StoredRecord } from '@sightline/runtime/log/log';
import type { Store } from '@sightline/runtime/store/store';
import { comparePositions, type FramePosition, type TopicName } from '@sightline/schemas';
import { append, encodeRecords, type Encoded, type Range } from './batch.js';
import { Lane } from './lane.js';
import { partsOf, readMark, readSeen, tokenOf, writeMarks, type CameraMark, type Mark } from './marks.js';
import { persist, type SinkClock } from './persist.js';
import { columns, type CreateEncoder, type SinkTable } from './rows.js';

/**
 * Writes partitions into the store, batch by batch: marks first, then the rows. While a batch is on its way the next one
 * gathers; when that is full too, `take` waits, and with it the log. A store that is away is tried again until the writer
 * is ended; nothing is dropped.
 */
export interface WriterOptions {
  readonly log: Log;
  readonly store: Store;
  readonly limits: BatchLimits;
  readonly clock: SinkClock;
  /** Nobody else writes these partitions: then one batch may hold several, and what was planned need not be asked. */
  readonly exclusive: boolean;
  readonly signal: AbortSignal;
  readonly encoderOf: (topic: string) => CreateEncoder;
  /** Takes records that cannot be read. */
  readonly deadLetter: (record: StoredRecord, reason: string) => Promise<void>;
  /** Called after each batch. */
  wrote(batch: { readonly records: number; readonly rows: number; readonly lanes: readonly Lane[] }): void;
  readonly report: (problem: string) => void;
  /** Told once when it can not go on. */
  failed(error: Error): void;
}

export interface BatchLimits {
  /** Seconds that a record waits for others at most. */
  readonly flushSeconds: number;
  readonly maxRecords: number;
  readonly maxBytes: number;
}

/** Seconds of quiet after which the marks say that the last batch is whole: tables remember its tokens much longer. */
const settleSeconds = 3;

interface Part {
  readonly lane: Lane;
  readonly range: Range;
  readonly records: readonly StoredRecord[];
}

export class BatchWriter {
  readonly #options: WriterOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #seen = new Map<string, ReadonlyMap<string, FramePosition>>();
  /** What the last batch leaves to be said in the marks of the next. */
  #unsettled: { marks: readonly Mark[]; cameras: readonly CameraMark[] } = { marks: [], cameras: [] };
  #failed: Error | null = null;
  #working: Promise<void> | null = null;
  #last: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #settleTimer: NodeJS.Timeout | null = null;
  #watchers: (() => void)[] = [];

  constructor(options: WriterOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#tell(), { once: true });
  }

  /** Takes a partition in, and writes what was planned of it; resolves to the offset it needs first, or null when it was ended before the store answered. */
  join(lane: Lane): Promise<number | null> {
    return this.#alone(async () => {
      const { store, log } = this.#options;
      const stood = await this.#persist(lane.name, async () => {
        await lane.stand(store, log);
        await this.#readSeen(lane.topic);
      });
      if (!stood || (lane.planned && !(await this.#replay(lane.planned.batch, lane)))) return null;
      this.#lanes.set(lane.name, lane);
      return lane.written + 1;
    });
  }

  lane(name: string): Lane | undefined {
    return this.#lanes.get(name);
  }

  /** Hands records over in order; resolves when there is room for more. Rejects once it has failed. */
  async take(name: string, records: readonly StoredRecord[]): Promise<void> {
    this.#lanes.get(name)?.take(records);
    if (this.#full()) this.#work();
    else this.#timer ??= setTimeout(() => this.#work(), this.#options.limits.flushSeconds * 1000);
    while (this.#full() && this.#going) await this.#change();
    if (this.#failed) throw this.#failed;
  }

  /** Resolves when everything handed over so far is in the tables, or the writer was ended. */
  async flush(): Promise<void> {
    const wanted = [...this.#lanes.values()].map((lane) => ({ lane, upTo: lane.taken }));
    while (this.#going && wanted.some(({ lane, upTo }) => lane.written < upTo)) {
      this.#work();
      await this.#change();
    }
    if (this.#failed) throw this.#failed;
  }

  /** Writes what waits and says in the marks that all is whole. */
  async close(): Promise<void> {
    try {
      await this.flush();
      if (this.#going) await this.#alone(() => this.#persist('marks', () => this.#settle()));
    } finally {
      if (this.#timer) clearTimeout(this.#timer);
      if (this.#settleTimer) clearTimeout(this.#settleTimer);
      this.#tell();
    }
  }

  get #going(): boolean {
    return this.#failed === null && !this.#options.signal.aborted;
  }

  #full(): boolean {
    let records = 0;
    let bytes = 0;
    for (const lane of this.#lanes.values()) {
      records += lane.waiting.length;
      bytes += lane.bytes;
    }
    return records >= this.#options.limits.maxRecords || bytes >= this.#options.limits.maxBytes;
  }

  #work(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#working ??= this.#alone(() => this.#drain())
      .catch((error: unknown) => {
        this.#failed = error instanceof Error ? error : new Error(String(error));
        this.#options.failed(this.#failed);
      })
      .finally(() => {
        this.#working = null;
        this.#tell();
      });
  }

  async #drain(): Promise<void> {
    if (this.#settleTimer) clearTimeout(this.#settleTimer);
    for (let parts = this.#next(); parts.length > 0 && this.#going; parts = this.#next()) {
      if (!(await this.#write(parts))) return;
    }
    this.#settleTimer = setTimeout(() => this.#settleQuietly(), settleSeconds * 1000);
    this.#settleTimer.unref();
  }

  /** The next batch: a share of what waits in every lane. */
  #next(): Part[] {
    const busy = [...this.#lanes.values()].filter((lane) => lane.waiting.length > 0).sort((a, b) => (a.name < b.name ? -1 : 1));
    const share = Math.ceil(this.#options.limits.maxRecords / Math.max(1, busy.length));
    return busy.map((lane) => {
      const records = lane.waiting.slice(0, share);
      return { lane, range: { first: records[0]!.offset, last: records.at(-1)!.offset }, records };
    });
  }

  /** False when the writer was ended in the middle. */
  async #write(parts: readonly Part[]): Promise<boolean> {
    const token = tokenOf(parts.map(({ lane: { stream, partition }, range }) => ({ stream, partition, ...range })));
    const marks = marksOf(parts, token);
    let holds = true;
    const asked = await this.#persist(parts[0]!.lane.name, async () => {
      holds = await this.#plan(parts, marks, token);
    });
    if (!asked) return false;
    if (holds) return this.#put(parts, marks, token);
    // Someone else planned this batch differently, or went on beyond it: go by that.
    const { lane } = parts[0]!;
    return lane.planned ? this.#replay(lane.planned.batch, lane) : true;
  }

  /** Writes a planned batch again, whoever's it was, from the log: what is there already is dropped by its token. */
  async #replay(token: string, joining: Lane): Promise<boolean> {
    const { log } = this.#options;
    const parts: Part[] = [];
    const gathered = await this.#persist('the last batch', async () => {
      parts.length = 0;
      for (const { topic, stream, partition, first, last } of partsOf(token)) {
        const at = { topic: topic as TopicName, partition };
        if (!this.#seen.has(topic)) await this.#readSeen(topic);
        const known = joining.stream === stream && joining.partition === partition ? joining : new Lane(at);
        known.stream = stream;
        const records: StoredRecord[] = [];
        for await (const record of log.read(at, first, last + 1)) if (record.offset >= first && record.offset <= last) records.push(record);
        parts.push({ lane: known, range: { first, last }, records });
      }
    });
    return gathered && (await this.#put(parts, marksOf(parts, token), token)) && this.#persist('marks', () => this.#settle());
  }

  async #put(parts: readonly Part[], marks: readonly Mark[], token: string): Promise<boolean> {
    const encoded: { lane: Lane; encoded: Encoded }[] = [];
    for (const { lane, records } of parts) encoded.push({ lane, encoded: await encodeRecords(records, this.#options.encoderOf(lane.topic), this.#seen.get(lane.topic) ?? new Map<string, FramePosition>()) });
    const rows = await this.#insert(encoded.map((part) => part.encoded), token);
    if (rows === null) return false;
    this.#advance(parts, encoded, marks);
    this.#options.wrote({ records: parts.reduce((sum, { records }) => sum + records.length, 0), rows, lanes: parts.map(({ lane }) => lane) });
    this.#tell();
    return true;
  }

  /** Writes the marks of a batch ahead; whether this plan holds. */
  async #plan(parts: readonly Part[], marks: readonly Mark[], token: string): Promise<boolean> {
    const { store, log, exclusive } = this.#options;
    const settled = this.#unsettled.marks.filter(({ stream, partition }) => !marks.some((mark) => mark.stream === stream && mark.partition === partition));
    const [first] = marks;
    await writeMarks(store, [...marks, ...settled.map(whole)], this.#unsettled.cameras, exclusive ? `plan ${token}` : `plan ${first!.stream}/${first!.partition}/${first!.first}`);
    this.#unsettled = { marks: [], cameras: [] };
    if (exclusive) return true;
    const { lane } = parts[0]!;
    const newest = await readMark(store, lane.topic, lane.partition);
    if (newest?.batch === token) return true;
    await lane.stand(store, log);
    await this.#readSeen(lane.topic);
    return false;
  }

  /** What is in the tables, and what this writer wrote since: the later of the two. */
  async #readSeen(topic: string): Promise<void> {
    const seen = await readSeen(this.#options.store, topic);
    for (const [camera, position] of this.#seen.get(topic) ?? []) {
      const stored = seen.get(camera);
      if (!stored || comparePositions(position, stored) > 0) seen.set(camera, position);
    }
    this.#seen.set(topic, seen);
  }

  /** The number of rows, or null when the writer was ended in the middle. */
  async #insert(encoded: readonly Encoded[], token: string): Promise<number | null> {
    const { store, deadLetter } = this.#options;
    const tables = new Map<SinkTable, string[]>();
    for (const part of encoded) append(tables, Object.fromEntries(part.tables));
    const lines = [...tables].map(([table, rows]) => ({ table, rows: rows.length, bytes: Buffer.from(rows.join('\n')) }));
    for (const { record, reason } of encoded.flatMap(({ unreadable }) => unreadable)) {
      if (!(await this.#persist('dead-letter', () => deadLetter(record, reason)))) return null;
    }
    const done = await Promise.all(lines.map(({ table, bytes }) => this.#persist(table, () => store.insertEncoded(table, columns[table], bytes, { token }))));
    return done.every(Boolean) ? lines.reduce((sum, { rows }) => sum + rows, 0) : null;
  }

  #advance(parts: readonly Part[], encoded: readonly { lane: Lane; encoded: Encoded }[], marks: readonly Mark[]): void {
    for (const { lane, range } of parts) lane.done(range);
    const cameras: CameraMark[] = [];
    for (const { lane, encoded: { moved } } of encoded) {
      if (moved.size === 0) continue;
      this.#seen.set(lane.topic, new Map([...(this.#seen.get(lane.topic) ?? []), ...moved]));
      for (const [camera, position] of moved) cameras.push({ camera, stream: lane.stream, partition: lane.partition, ...position });
    }
    const kept = this.#unsettled.marks.filter(({ stream, partition }) => !marks.some((mark) => mark.stream === stream && mark.partition === partition));
    this.#unsettled = { marks: [...kept, ...marks], cameras: [...this.#unsettled.cameras, ...cameras] };
  }

  #settleQuietly(): void {
    this.#working ??= this.#alone(() => this.#persist('marks', () => this.#settle()))
      .then(() => undefined)
      .finally(() => {
        this.#working = null;
        this.#tell();
      });
  }

  async #settle(): Promise<void> {
    const { marks, cameras } = this.#unsettled;
    if (marks.length === 0) return;
    await writeMarks(this.#options.store, marks.map(whole), cameras, `whole ${tokenOf(marks)}`);
    this.#unsettled = { marks: [], cameras: [] };
  }

  /** One after another: joining, writing and settling all go by the same marks. */
  #alone<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  #persist(what: string, step: () => Promise<void>): Promise<boolean> {
    return persist(step, { ...this.#options, what });
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#watchers.push(resolve));
  }

  #tell(): void {
    for (const wake of this.#watchers.splice(0)) wake();
  }
}

function marksOf(parts: readonly Part[], batch: string): Mark[] {
  return parts.map(({ lane: { stream, partition }, range, records }) => ({ stream, partition, ...range, batch, appended: records.at(-1)?.appendedAt ?? 0 }));
}

/** A batch's mark once it is in the tables: nothing is on its way. */
function whole(mark: Mark): Mark {
  return { ...mark, first: mark.last + 1 };
}
