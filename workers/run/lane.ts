import { inputOf, resultsVersion, type DropReason, type FrameInput, type FramePosition, type ResultsRecord } from '@sightline/schemas';
import { secondOf, type CameraFold } from './camera-fold.js';
import { detectFrame, type DetectParts, type Outcome } from './detect-frame.js';
import type { TakenFrame } from './frame.js';
import type { CameraSetup } from './setup.js';
import type { Turn, Work } from './turns.js';

export interface LaneParts extends DetectParts {
  /** The camera's setup in force, or null when no site that is known has this camera. */
  readonly setupOf: (camera: string) => CameraSetup | null;
  /** Looks once more for a camera that is not known: this process may have seen the site file late. */
  readonly refresh: () => Promise<void>;
  readonly write: (record: ResultsRecord, frame: TakenFrame) => void;
  readonly deadLetter: (frame: TakenFrame, reason: string) => Promise<void>;
  readonly report: (problem: string) => void;
  /** The fold itself failed: the partition cannot go on. */
  readonly broken: (error: unknown) => void;
  readonly now: () => number;
  readonly maxWaitingLive: number;
}

/** Frames of one camera: detected concurrently, stepped through the fold in order. */
export class Lane implements Turn {
  readonly camera: string;
  readonly fold: CameraFold;
  readonly #parts: LaneParts;
  readonly #waiting: TakenFrame[] = [];
  #accepted: FramePosition | null;
  #embeddedSecond: number | null;
  #dropped: Partial<Record<DropReason, number>> = {};
  #tail: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(fold: CameraFold, parts: LaneParts) {
    this.camera = fold.camera;
    this.fold = fold;
    this.#parts = parts;
    this.#accepted = fold.position;
    this.#embeddedSecond = fold.embeddedSecond;
  }

  /** Takes a frame, unless the camera is already at or beyond it. Answers whether there is something new to begin. */
  take(frame: TakenFrame): boolean {
    const { header } = frame;
    const before = this.#accepted;
    if (before && (header.epoch < before.epoch || (header.epoch === before.epoch && header.seq <= before.seq))) {
      frame.finish();
      return false;
    }
    this.#accepted = { epoch: header.epoch, seq: header.seq };
    this.#waiting.push(frame);
    if (!header.recording) while (this.#waiting.length > this.#parts.maxWaitingLive) this.#drop(this.#waiting.shift()!);
    return true;
  }

  begin(): Work | null {
    const frame = this.#stopped ? undefined : this.#waiting.shift();
    if (!frame) return null;
    const prepared = this.#prepare(frame);
    const outcome = prepared.then((setup) => (setup ? this.#detect(frame, setup) : null));
    this.#tail = this.#tail.then(async () => this.#step(frame, await prepared, await outcome)).catch((error: unknown) => this.#parts.broken(error));
    return { begun: prepared.then(() => undefined), done: outcome.then(() => undefined, () => undefined) };
  }

  /** Begins nothing more; resolves when what was begun has been stepped. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { record } of this.#waiting.splice(0)) if (record.value) this.#parts.recycle?.(record.key, record.value);
    await this.#tail;
  }

  async #prepare(frame: TakenFrame): Promise<CameraSetup | null> {
    const known = this.#parts.setupOf(this.camera);
    if (known) return known;
    await this.#parts.refresh().catch(() => undefined);
    const setup = this.#parts.setupOf(this.camera);
    if (!setup) {
      this.#parts.report(`camera "${this.camera}" is not in the site; its frames are passed over`);
      frame.finish();
    }
    return setup;
  }

  async #detect(frame: TakenFrame, setup: CameraSetup): Promise<{ outcome: Outcome; seconds: number }> {
    const { header } = frame;
    const second = secondOf(header.capturedAt);
    const embed = header.encoding !== 'none' && second !== this.#embeddedSecond;
    if (embed) this.#embeddedSecond = second;
    const startedAt = this.#parts.now();
    const outcome = await detectFrame(frame, setup, embed, this.#parts);
    if (outcome.poison) await this.#parts.deadLetter(frame, outcome.reason ?? '');
    return { outcome, seconds: (this.#parts.now() - startedAt) / 1000 };
  }

  #step(frame: TakenFrame, setup: CameraSetup | null, detected: { outcome: Outcome; seconds: number } | null): void {
    if (!setup || !detected) return;
    const { header, record } = frame;
    const { outcome } = detected;
    const input: FrameInput = {
      ...inputOf(header),
      dropped: this.#dropsWith(header.dropped),
      state: outcome.state,
      ...(outcome.reason !== undefined && { reason: outcome.reason }),
      site: setup.version,
      model: outcome.model,
      aspect: header.width / header.height,
      detections: outcome.output?.detections ?? [],
      ...(outcome.output?.facings && { facings: outcome.output.facings }),
      ...(outcome.output?.embedding !== undefined && { embedding: outcome.output.embedding }),
    };
    const steppedAt = this.#parts.now();
    const step = this.fold.apply(input, setup);
    const now = this.#parts.now();
    const timing = {
      queued: Math.max(0, steppedAt - record.appendedAt - detected.seconds * 1000),
      detect: detected.seconds * 1000,
      inference: (outcome.output?.inferenceSeconds ?? 0) * 1000,
      step: now - steppedAt,
    };
    this.#parts.write({ v: resultsVersion, input, partition: record.partition, offset: record.offset, ...step, timing }, frame);
  }

  #drop(frame: TakenFrame): void {
    for (const [reason, count] of Object.entries({ ...frame.header.dropped, overload: (frame.header.dropped.overload ?? 0) + 1 })) {
      this.#dropped = { ...this.#dropped, [reason]: (this.#dropped[reason as DropReason] ?? 0) + count };
    }
    if (frame.record.value) this.#parts.recycle?.(frame.record.key, frame.record.value);
    frame.finish();
  }

  #dropsWith(own: Readonly<Partial<Record<DropReason, number>>>): Partial<Record<DropReason, number>> {
    const sum: Partial<Record<DropReason, number>> = { ...own };
    for (const [reason, count] of Object.entries(this.#dropped)) sum[reason as DropReason] = (sum[reason as DropReason] ?? 0) + count;
    this.#dropped = {};
    return sum;
  }
}
