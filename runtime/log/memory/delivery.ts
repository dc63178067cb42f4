import type { SubscribeOptions, TopicPartition } from '../log.js';
import { waitFor, type PartitionLog } from './partition-log.js';

const defaultBatchRecords = 64;

/** Where commits go: the delivery's group. */
export interface Commits {
  committed(at: TopicPartition): number | undefined;
  commit(at: TopicPartition, offset: number): void;
}

/** Hands one partition's records to one subscription, batch after batch, until stopped. */
export class Delivery {
  readonly at: TopicPartition;
  readonly #log: PartitionLog;
  readonly #options: SubscribeOptions;
  readonly #group: Commits;
  readonly #abort = new AbortController();
  #next = 0;
  #running: Promise<void> = Promise.resolve();
  #resumed: Promise<void> | null = null;
  #resume: (() => void) | null = null;

  constructor(log: PartitionLog, options: SubscribeOptions, group: Commits) {
    this.at = log.at;
    this.#log = log;
    this.#options = options;
    this.#group = group;
  }

  get lag(): number {
    return Math.max(0, this.#log.end - this.#next);
  }

  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      if (!this.#abort.signal.aborted) this.#options.failed?.(error);
    });
  }

  pause(): void {
    this.#resumed ??= new Promise((resolve) => (this.#resume = resolve));
  }

  resume(): void {
    this.#resume?.();
    this.#resumed = this.#resume = null;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.resume();
    await this.#running;
    await this.#options.revoked?.(this.at);
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    const from = await this.#options.assigned(this.at, signal);
    if (this.#options.membershipOnly) return;
    this.#next = this.#resolve(from);
    const context = {
      signal,
      commit: async (offset: number) => {
        if (!signal.aborted) this.#group.commit(this.at, offset);
      },
      heartbeat: async () => undefined,
    };
    for (;;) {
      await this.#resumed;
      await waitFor(this.#log, this.#next, signal);
      if (signal.aborted) return;
      if (this.#resumed) continue;
      const batch = await this.#log.slice(this.#next, this.#options.maxBatchRecords ?? defaultBatchRecords);
      if (batch.length === 0) {
        // All that lies here was compacted or damaged: go on behind it.
        this.#next = this.#log.end;
        continue;
      }
      await this.#options.records(batch, context);
      this.#next = Math.max(this.#next, batch.at(-1)!.offset + 1);
    }
  }

  #resolve(from: number | 'committed' | 'begin' | 'end'): number {
    if (from === 'begin') return this.#log.begin;
    if (from === 'end') return this.#log.end;
    const wanted = from === 'committed' ? (this.#group.committed(this.at) ?? this.#log.begin) : from;
    return Math.min(Math.max(wanted, this.#log.begin), this.#log.end);
  }
}
