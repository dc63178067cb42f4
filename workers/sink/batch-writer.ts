import { explain, SightlineError } from '@sightline/runtime/errors';
import type { Log, StoredRecord } from '@sightline/runtime/log/log';
import type { Store } from '@sightline/runtime/store/store';
import { comparePositions, type FramePosition } from '@sightline/schemas';
import { append, encodeRecords, type Encoded, type Range } from './batch.js';
import type { Lane } from './lane.js';
import { readMark, readSeen, writeMarks, type CameraMark, type Mark } from './marks.js';
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
  report(problem: string): void;
  /** Told once when it can not go on. */
  failed(error: Error): void;
}

export interface BatchLimits {
  /** Seconds that a record waits for others at most. */
  readonly flushSeconds: number;
  readonly maxRecords: number;
  readonly maxBytes: number;
}

export interface SinkClock {
  /** ms since the Unix epoch. */
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Seconds between tries while the store is away: soon at first, then rarely enough not to burden it as it comes up. */
const retrySeconds = { first: 0.1, most: 5 };
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
  #timer: NodeJS.Timeout | null = null;
  #settleTimer: NodeJS.Timeout | null = null;
  #watchers: (() => void)[] = [];

  constructor(options: WriterOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#tell(), { once: true });
  }

  /** Takes a partition in; resolves to the offset it needs first, or null when it was ended before the store answered. */
  async join(lane: Lane): Promise<number | null> {
    const { store, log } = this.#options;
    const done = await this.#persist(lane.name, async () => {
      await lane.stand(store, log);
      await this.#readSeen(lane.topic);
    });
    if (!done) return null;
    this.#lanes.set(lane.name, lane);
    this.#work();
    return lane.written + 1;
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
      // The rest of a planned batch has not come: whoever has the partition next writes it whole.
      if (!this.#ready()) return;
      this.#work();
      await this.#change();
    }
    if (this.#failed) throw this.#failed;
  }

  /** Writes what waits and says in the marks that all is whole. */
  async close(): Promise<void> {
    try {
      await this.flush();
      await this.#working;
      if (this.#going && this.#ready()) await this.#persist('marks', () => this.#settle());
    } finally {
      if (this.#timer) clearTimeout(this.#timer);
      if (this.#settleTimer) clearTimeout(this.#settleTimer);
      this.#tell();
    }
  }

  get #going(): boolean {
    return this.#failed === null && !this.#options.signal.aborted;
  }

  /** Whether a planned batch, if there is one, is here as a whole: every partition it is made of, and all its records. */
  #ready(): boolean {
    const planned = [...this.#lanes.values()].filter((lane) => lane.planned);
    return planned.every((lane) => lane.gathered) && (planned.length === 0 || planned.length === planned[0]!.planned!.batch.split(' ').length);
  }

  #full(): boolean {
    // A planned batch must come together, whatever the limits are now.
    if (!this.#ready()) return false;
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
    this.#working ??= this.#drain()
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

  /** The next batch: what is planned, else a share of what waits in every lane. */
  #next(): Part[] {
    if (!this.#ready()) return [];
    const lanes = [...this.#lanes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const planned = lanes.filter((lane) => lane.planned);
    if (planned.length > 0) return planned.map((lane) => ({ lane, range: lane.planned!, records: lane.upTo(lane.planned!.last) }));
    const busy = lanes.filter((lane) => lane.waiting.length > 0);
    const share = Math.ceil(this.#options.limits.maxRecords / Math.max(1, busy.length));
    return busy.map((lane) => {
      const records = lane.waiting.slice(0, share);
      return { lane, range: { first: records[0]!.offset, last: records.at(-1)!.offset }, records };
    });
  }

  /** False when the writer was ended in the middle. */
  async #write(parts: readonly Part[]): Promise<boolean> {
    const replay = parts.some(({ lane }) => lane.planned);
    const token = replay ? parts[0]!.lane.planned!.batch : parts.map(({ lane, range }) => `${lane.stream}/${lane.partition}/${range.first}-${range.last}`).join(' ');
    const marks = parts.map(({ lane, range, records }) => ({ stream: lane.stream, partition: lane.partition, ...range, batch: token, appended: records.at(-1)?.appendedAt ?? 0 }));
    if (!replay) {
      let holds = true;
      const asked = await this.#persist(parts[0]!.lane.name, async () => {
        holds = await this.#plan(parts, marks, token);
      });
      // Otherwise someone else planned this batch differently, or went on beyond it: go by that.
      if (!asked || !holds) return asked;
    }
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
    if (exclusive) return true;
    const { lane } = parts[0]!;
    const newest = await readMark(store, lane.topic, lane.partition);
    if (newest?.batch === token) return true;
    await lane.stand(store, log);
    await this.#readSeen(lane.topic);
    this.#unsettled = { marks: [], cameras: [] };
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
    this.#unsettled = { marks, cameras };
  }

  #settleQuietly(): void {
    this.#working ??= this.#persist('marks', () => this.#settle())
      .then(() => undefined)
      .finally(() => {
        this.#working = null;
        this.#tell();
      });
  }

  async #settle(): Promise<void> {
    const { marks, cameras } = this.#unsettled;
    if (marks.length === 0) return;
    await writeMarks(this.#options.store, marks.map(whole), cameras, `whole ${marks[0]!.batch}`);
    this.#unsettled = { marks: [], cameras: [] };
  }

  /** Tries until it is done; false when the writer was ended. Every step may be repeated: tokens see to that. */
  async #persist(what: string, step: () => Promise<void>): Promise<boolean> {
    const { clock, signal } = this.#options;
    for (let wait = retrySeconds.first; !signal.aborted; wait = Math.min(wait * 2, retrySeconds.most)) {
      try {
        await step();
        return true;
      } catch (error) {
        if (error instanceof SightlineError && error.code === 'RECORD_NEWER') throw error;
        this.#options.report(`${what} waits: ${explain(error)}`);
        await clock.sleep(wait * 1000, signal);
      }
    }
    return false;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#watchers.push(resolve));
  }

  #tell(): void {
    for (const wake of this.#watchers.splice(0)) wake();
  }
}

/** A batch's mark once it is in the tables: nothing is on its way. */
function whole(mark: Mark): Mark {
  return { ...mark, first: mark.last + 1 };
}
