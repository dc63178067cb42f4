import type { Clock } from '@sightline/runtime/clock';
import { SightlineError, explain } from '@sightline/runtime/errors';
import type { BatchContext, Log, Producer, StoredRecord } from '@sightline/runtime/log/log';
import { decodeFrameHeader } from '@sightline/schemas/frame-codec';
import { skimHeader, writeSkim, type ResultsRecord } from '@sightline/schemas';
import type { PipelineParts } from '../pipeline.js';
import { CameraFold } from './camera-fold.js';
import { Checkpointer } from './checkpointer.js';
import type { TakenFrame } from './frame.js';
import { Lane, type LaneParts } from './lane.js';
import { ResultsWriter, type Gathering } from './results-writer.js';
import { takeOver, type TakeoverParts } from './takeover.js';
import type { Turns } from './turns.js';
import { Watermark } from './watermark.js';

export interface PartitionParts {
  readonly log: Log;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly takeover: Omit<TakeoverParts, 'log' | 'report'>;
  readonly lane: Omit<LaneParts, 'write' | 'deadLetter' | 'report' | 'broken' | 'now'>;
  readonly pipelineNow: () => PipelineParts;
  readonly deadLetter: (record: StoredRecord, reason: string) => Promise<void>;
  readonly checkpointSeconds: number;
  /** Frames a partition may hold beyond two a camera. */
  readonly prefetchFrames: number;
  readonly gather?: Gathering;
  readonly report: (problem: string) => void;
  /** Somebody else has taken the partition, or what became of a write is not known. */
  readonly fenced: (partition: number) => void;
  readonly failed: (error: unknown) => void;
}

/** A partition in this worker's hands: its cameras' lanes, its writer, its checkpoints. */
export class PartitionWork {
  readonly partition: number;
  readonly #parts: PartitionParts;
  readonly #producer: Producer;
  readonly #lanes = new Map<string, Lane>();
  readonly #watermark = new Watermark();
  readonly #writer: ResultsWriter;
  readonly #checkpointer: Checkpointer;
  #context: BatchContext | null = null;
  #committed = -1;
  #roomFor: (() => void) | null = null;
  #committing: NodeJS.Immediate | null = null;
  #over = false;

  private constructor(partition: number, producer: Producer, parts: PartitionParts) {
    this.partition = partition;
    this.#parts = parts;
    this.#producer = producer;
    this.#checkpointer = new Checkpointer(partition, { everySeconds: parts.checkpointSeconds, clock: parts.clock });
    this.#writer = new ResultsWriter({
      producer,
      clock: parts.clock,
      ...(parts.gather && { gather: parts.gather }),
      report: parts.report,
      flushed: () => this.#flushed(),
      fenced: () => {
        this.#giveUp();
        parts.fenced(partition);
      },
      failed: (error) => {
        this.#giveUp();
        parts.failed(error);
      },
    });
  }

  /** Takes a partition over: shuts out its last owner, then folds what that one said. */
  static async open(partition: number, parts: PartitionParts, signal: AbortSignal): Promise<PartitionWork> {
    const producer = await parts.log.producer({ fence: `worker-${partition}` });
    const work = new PartitionWork(partition, producer, parts);
    try {
      const cameras = await takeOver(partition, { ...parts.takeover, log: parts.log, report: parts.report }, signal);
      for (const [camera, taken] of cameras) {
        work.#checkpointer.follow(camera, taken);
        work.#lanes.set(camera, work.#lane(taken.fold));
      }
    } catch (error) {
      await producer.close();
      throw error;
    }
    return work;
  }

  /** Frames taken and not yet answered for. */
  get unfinished(): number {
    return this.#watermark.unfinished;
  }

  /** Takes a batch of frames; resolves when there is room for more. */
  async take(batch: readonly StoredRecord[], context: BatchContext): Promise<void> {
    if (this.#context?.signal !== context.signal) context.signal.addEventListener('abort', () => this.#roomFor?.(), { once: true });
    this.#context = context;
    for (const record of batch) {
      const finish = this.#watermark.take(record.offset);
      const header = decodeFrameHeader(record.headers);
      if ('invalid' in header) {
        await this.#parts.deadLetter(record, header.invalid);
        this.#finished(finish);
        continue;
      }
      const lane = this.#lanes.get(header.camera) ?? this.#newLane(header.camera);
      const frame: TakenFrame = { record, header, takenAt: this.#parts.clock.now(), finish: () => this.#finished(finish) };
      if (lane.take(frame)) this.#parts.turns.ask(lane);
    }
    while (!this.#over && !context.signal.aborted && this.#watermark.unfinished >= this.#room()) {
      await new Promise<void>((resolve) => (this.#roomFor = resolve));
    }
  }

  /** Finishes what was begun, writes a last checkpoint and lets go. */
  async close(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.stop()));
    await this.#writer.settled();
    try {
      const last = this.#over ? null : this.#checkpointer.final();
      if (last) await this.#producer.send('checkpoints', last.records);
      await this.#commit();
    } catch (error) {
      if (!(error instanceof SightlineError)) throw error;
    }
    this.#giveUp();
    await this.#producer.close();
  }

  #newLane(camera: string): Lane {
    const fold = new CameraFold(camera, this.#parts.pipelineNow());
    this.#checkpointer.follow(camera, { fold, covered: { nextSlot: 0, afterNewest: null, afterOlder: null }, frameOffset: 0, resultsOffset: -1 });
    const lane = this.#lane(fold);
    this.#lanes.set(camera, lane);
    return lane;
  }

  #lane(fold: CameraFold): Lane {
    return new Lane(fold, {
      ...this.#parts.lane,
      now: () => this.#parts.clock.now(),
      report: this.#parts.report,
      broken: (error) => {
        this.#giveUp();
        this.#parts.failed(error);
      },
      deadLetter: (frame, reason) => this.#parts.deadLetter(frame.record, reason),
      write: (record, frame) => this.#write(record, frame),
    });
  }

  #write(record: ResultsRecord, frame: TakenFrame): void {
    const { camera, capturedAt, epoch, seq } = record.input;
    this.#checkpointer.stepped(camera, capturedAt);
    const trace = frame.record.headers?.['traceparent'];
    const skim = writeSkim(record);
    const headers = { capturedAt: String(capturedAt), ...(skim !== null && { [skimHeader]: skim }), lagMs: String(Math.round(this.#parts.clock.now() - capturedAt / 1000)), ...(trace !== undefined && { traceparent: trace }) };
    const value = Buffer.from(JSON.stringify(record), 'utf8');
    this.#writer.write({ key: camera, partition: this.partition, value, headers }, (offset) => {
      this.#checkpointer.written(camera, { epoch, seq }, record.offset, offset);
      frame.finish();
    });
  }

  async #flushed(): Promise<void> {
    const round = this.#checkpointer.due();
    if (round) {
      await this.#writer.persist(() => this.#producer.send('checkpoints', round.records));
      round.done();
    }
  }

  async #commit(): Promise<void> {
    const { mark } = this.#watermark;
    if (!this.#context || mark <= this.#committed || this.#over) return;
    this.#committed = mark;
    await this.#context.commit(mark);
  }

  #finished(finish: () => void): void {
    finish();
    // Frames that finish together share a commit.
    this.#committing ??= setImmediate(() => {
      this.#committing = null;
      this.#commit().catch((error: unknown) => this.#parts.report(explain(error)));
    });
    if (this.#watermark.unfinished < this.#room()) {
      this.#roomFor?.();
      this.#roomFor = null;
    }
  }

  #room(): number {
    return this.#parts.prefetchFrames + 2 * this.#lanes.size;
  }

  #giveUp(): void {
    this.#over = true;
    this.#writer.abandon();
    this.#roomFor?.();
  }
}
