import { SightlineError, explain } from '../../errors.js';
import type { StoredRecord, SubscribeOptions, TopicPartition } from '../log.js';

const defaultBatchRecords = 64;
const heartbeatMs = 300;
const retryMs = 1000;

/** What a delivery asks of its subscription. */
export interface DeliveryParts {
  readonly options: SubscribeOptions;
  /** From where the consumer fetches next. */
  readonly begin: (at: TopicPartition, offset: number) => void;
  /** What the group has committed; null: nothing yet. */
  readonly committed: (at: TopicPartition) => Promise<number | null>;
  readonly offsets: (at: TopicPartition) => Promise<{ begin: number; end: number }>;
  /** Stops and continues fetching. */
  readonly hold: (at: TopicPartition, held: boolean) => void;
  readonly commit: (at: TopicPartition, offset: number) => Promise<void>;
  readonly flush: () => Promise<void>;
  readonly heartbeat: () => Promise<void>;
  readonly report: (problem: string) => void;
  readonly failed: (error: unknown) => void;
}

/** Hands one partition's records to one subscription; holds at most one fetch in reserve. */
export class Delivery {
  readonly at: TopicPartition;
  readonly #parts: DeliveryParts;
  readonly #abort = new AbortController();
  readonly #queue: StoredRecord[][] = [];
  #wake: (() => void) | null = null;
  #paused = false;
  #held = true;
  /** Offset that is fetched next; null until it is known where to begin. */
  #next: number | null = null;
  #handled: number | null = null;
  #over = false;
  #running: Promise<void> = Promise.resolve();

  constructor(at: TopicPartition, parts: DeliveryParts) {
    this.at = at;
    this.#parts = parts;
  }

  /** Offset after the last record that was handled; null until it is known where to begin. */
  get handled(): number | null {
    return this.#handled;
  }

  start(after: Promise<void>): void {
    this.#running = after
      .then(() => this.#run())
      .catch((error: unknown) => {
        if (!this.#abort.signal.aborted) this.#parts.failed(error);
      });
  }

  /** Takes what was fetched from offset `from`; `following` is where the next fetch goes on. */
  push(records: StoredRecord[], from: number, following: number): void {
    // Before the first position is known, what comes is of an earlier owner of this place.
    if (this.#abort.signal.aborted || this.#next === null || following <= this.#next) return;
    // kafkajs has gone ahead (what it fetched before a change in the group): nothing may be passed over.
    if (from > this.#next) return this.#parts.begin(this.at, this.#next);
    const fresh = records.filter(({ offset }) => offset >= this.#next!);
    this.#next = following;
    if (fresh.length > 0) this.#queue.push(fresh);
    this.#fetchIfRoom();
    this.#wake?.();
  }

  /** After a change in the group that left this partition here: fetch on from where it stands. */
  keep(): void {
    if (this.#next !== null) this.#parts.begin(this.at, this.#next);
    this.#parts.hold(this.at, this.#held);
  }

  pause(): void {
    this.#paused = true;
    this.#fetchIfRoom();
  }

  resume(): void {
    this.#paused = false;
    this.#fetchIfRoom();
    this.#wake?.();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#wake?.();
    await this.#running;
    await this.#parts.options.revoked?.(this.at);
    this.#over = true;
    await this.#parts.flush();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    const { options } = this.#parts;
    const from = await this.#assigned();
    if (from === null || signal.aborted || options.membershipOnly) return;
    this.#next = this.#handled = from;
    this.#parts.begin(this.at, from);
    this.#held = false;
    this.#parts.hold(this.at, false);
    const context = { signal, commit: (offset: number) => (this.#over ? Promise.resolve() : this.#parts.commit(this.at, offset)), heartbeat: () => this.#parts.heartbeat() };
    const most = options.maxBatchRecords ?? defaultBatchRecords;
    while (!signal.aborted) {
      const fetched = this.#paused ? undefined : this.#queue.shift();
      if (!fetched) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        this.#wake = null;
        continue;
      }
      this.#fetchIfRoom();
      for (let n = 0; n < fetched.length && !signal.aborted; n += most) {
        const batch = fetched.slice(n, n + most);
        const beat = setInterval(() => void this.#parts.heartbeat().catch(() => undefined), heartbeatMs);
        try {
          await options.records(batch, context);
        } finally {
          clearInterval(beat);
        }
        this.#handled = batch.at(-1)!.offset + 1;
      }
    }
  }

  /** Asks where to begin, again and again while the log cannot be reached. */
  async #assigned(): Promise<number | null> {
    const { signal } = this.#abort;
    for (;;) {
      if (signal.aborted) return null;
      try {
        const from = await this.#parts.options.assigned(this.at, signal);
        if (this.#parts.options.membershipOnly) return 0;
        const { begin, end } = await this.#parts.offsets(this.at);
        if (from === 'begin' || from === 'end') return from === 'begin' ? begin : end;
        const wanted = from === 'committed' ? ((await this.#parts.committed(this.at)) ?? begin) : from;
        return Math.min(Math.max(wanted, begin), end);
      } catch (error) {
        if (signal.aborted) return null;
        if (!(error instanceof SightlineError && error.retryable)) throw error;
        this.#parts.report(explain(error));
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  #fetchIfRoom(): void {
    const hold = this.#paused || this.#queue.length > 1;
    if (hold === this.#held) return;
    this.#held = hold;
    this.#parts.hold(this.at, hold);
  }
}
