import type { Clock } from '@sightline/runtime/clock';
import { SightlineError, explain } from '@sightline/runtime/errors';
import type { LogRecord, Producer } from '@sightline/runtime/log/log';

/** What one send may carry: a Kafka request stays well below the broker's limit. */
const maxSendRecords = 200;
const maxSendBytes = 512 * 1024;
/** How long a record may wait for others before it is written; what nobody waits for is written in larger pieces. */
export interface Gathering {
  readonly seconds: number;
  /** So many are written at once, however early. */
  readonly records: number;
}

/** Waits between tries while the log is unreachable or the disk is full. */
const firstRetrySeconds = 0.1;
const longestRetrySeconds = 2;

export interface WriterParts {
  readonly producer: Producer;
  readonly clock: Clock;
  /** Default: only what is there in the same turn of the event loop shares a send. */
  readonly gather?: Gathering;
  readonly report: (problem: string) => void;
  /** After each send: the moment for checkpoints and commits. Its rejection counts as the writer's. */
  readonly flushed: () => Promise<void>;
  /** Another owner has taken the partition. */
  readonly fenced: () => void;
  readonly failed: (error: unknown) => void;
}

interface Waiting {
  readonly record: LogRecord;
  readonly written: (offset: number) => void;
}

/** Writes a partition's results in order through its fenced producer; what waits while one send is under way goes with the next. */
export class ResultsWriter {
  readonly #parts: WriterParts;
  readonly #waiting: Waiting[] = [];
  readonly #stopped = new AbortController();
  #writing: Promise<void> | null = null;
  #enough: (() => void) | null = null;
  #hurried = false;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  write(record: LogRecord, written: (offset: number) => void): void {
    if (this.#stopped.signal.aborted) return;
    this.#waiting.push({ record, written });
    if (this.#waiting.length >= (this.#parts.gather?.records ?? 0)) this.#enough?.();
    this.#writing ??= this.#run();
  }

  /** Resolves when everything given so far is written, or the writer has stopped. */
  async settled(): Promise<void> {
    this.#hurried = true;
    this.#enough?.();
    while (this.#writing) await this.#writing;
    this.#hurried = false;
  }

  /** Gives up what is not written. */
  abandon(): void {
    this.#stopped.abort();
    this.#waiting.length = 0;
  }

  /** Tries until it works; rejects when trying again cannot help or the writer was abandoned. */
  async persist<T>(what: () => Promise<T>): Promise<T> {
    for (let wait = firstRetrySeconds, told = false; ; wait = Math.min(wait * 2, longestRetrySeconds)) {
      try {
        return await what();
      } catch (error) {
        if (this.#stopped.signal.aborted || !(error instanceof SightlineError && error.retryable)) throw error;
        if (!told) this.#parts.report(explain(error));
        told = true;
        await this.#parts.clock.sleep(wait * 1000, this.#stopped.signal);
      }
    }
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        await this.#gathered();
        const batch = this.#take();
        const positions = await this.persist(() => this.#parts.producer.send('results', batch.map(({ record }) => record)));
        batch.forEach(({ written }, index) => written(positions[index]!.offset));
        await this.#parts.flushed();
      }
    } catch (error) {
      const given = this.#stopped.signal.aborted;
      this.abandon();
      if (error instanceof SightlineError && error.code === 'FENCED') this.#parts.fenced();
      else if (!given) this.#parts.failed(error);
    } finally {
      this.#writing = null;
    }
  }

  /** Resolves when what waits is to be sent. */
  async #gathered(): Promise<void> {
    const { gather } = this.#parts;
    if (!gather || this.#hurried) return new Promise((resolve) => setImmediate(resolve));
    if (this.#waiting.length >= gather.records) return;
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, gather.seconds * 1000);
      this.#enough = () => {
        clearTimeout(late);
        resolve();
      };
    });
    this.#enough = null;
  }

  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#waiting.length && count < maxSendRecords && (count === 0 || bytes < maxSendBytes)) bytes += this.#waiting[count++]!.record.value?.byteLength ?? 0;
    return this.#waiting.splice(0, count);
  }
}
