import type { Clock } from '@sightline/runtime/clock';
import type { LogRecord } from '@sightline/runtime/log/log';
import { comparePositions, type FramePosition } from '@sightline/schemas';
import { checkpointRecord, foldRecord } from '../checkpoint/checkpoint.js';
import type { CameraFold } from './camera-fold.js';
import type { Covered, TakenCamera } from './takeover.js';

/** At most one round of checkpoints in this time of the wall clock, however fast a recording runs. */
const leastRoundSeconds = 1;
/** A camera that was silent for so long is checkpointed as it stands, lest it hold back where the fold begins. */
const idleSeconds = 10;

interface Followed {
  readonly fold: CameraFold;
  readonly covered: Covered;
  /** A snapshot that waits for its record to be safe, and the event time of the last one taken. */
  taken: { readonly position: FramePosition; readonly state: string } | null;
  takenAt: number;
  writtenAt: number;
  /** Its newest safe record, and the newest one that a snapshot stands for. */
  last: { readonly frameOffset: number; readonly resultsOffset: number; readonly position: FramePosition } | null;
  ready: { readonly frameOffset: number; readonly resultsOffset: number; readonly position: FramePosition; readonly state: string } | null;
}

interface Due {
  readonly camera: string;
  readonly followed: Followed;
  readonly position: FramePosition;
  readonly frameOffset: number;
  readonly resultsOffset: number;
  readonly state: string;
}

export interface Round {
  readonly records: readonly LogRecord[];
  readonly done: () => void;
}

/** Decides when a partition's cameras are checkpointed, and from where the next fold must begin. */
export class Checkpointer {
  readonly #partition: number;
  readonly #everySeconds: number;
  readonly #clock: Clock;
  readonly #followed = new Map<string, Followed>();
  #roundAt = -Infinity;
  #end = 0;

  constructor(partition: number, options: { everySeconds: number; clock: Clock }) {
    this.#partition = partition;
    this.#everySeconds = options.everySeconds;
    this.#clock = options.clock;
  }

  follow(camera: string, taken: TakenCamera): void {
    const { fold, covered, frameOffset, resultsOffset } = taken;
    const last = fold.position && { frameOffset, resultsOffset, position: fold.position };
    this.#followed.set(camera, { fold, covered, taken: null, takenAt: -Infinity, writtenAt: this.#clock.now(), last, ready: null });
    this.#end = Math.max(this.#end, resultsOffset + 1);
  }

  /** After a step, before its record is written: takes the state when it is time. */
  stepped(camera: string, capturedAt: number): void {
    const followed = this.#followed.get(camera)!;
    if (Math.abs(capturedAt - followed.takenAt) < this.#everySeconds * 1e6 || followed.taken || followed.ready) return;
    const state = followed.fold.snapshot();
    if (state === null || !followed.fold.position) return;
    followed.taken = { position: followed.fold.position, state };
    followed.takenAt = capturedAt;
  }

  /** A camera's record is safe at this offset of `results`. */
  written(camera: string, position: FramePosition, frameOffset: number, resultsOffset: number): void {
    const followed = this.#followed.get(camera)!;
    this.#end = Math.max(this.#end, resultsOffset + 1);
    followed.covered.afterNewest ??= resultsOffset;
    followed.covered.afterOlder ??= resultsOffset;
    followed.last = { frameOffset, resultsOffset, position };
    followed.writtenAt = this.#clock.now();
    const { taken } = followed;
    if (!taken || taken.position.epoch !== position.epoch || taken.position.seq !== position.seq) return;
    followed.ready = { ...taken, frameOffset, resultsOffset };
    followed.taken = null;
  }

  /** The records of a round that is due, or null. Call `done` once they are safe. */
  due(): Round | null {
    const now = this.#clock.now();
    if (now - this.#roundAt < leastRoundSeconds * 1000) return null;
    const ready = [...this.#followed].flatMap(([camera, followed]) => (followed.ready ? [{ camera, followed, ...followed.ready }] : []));
    if (ready.length === 0) return null;
    this.#roundAt = now;
    const idle = this.#moved().filter(({ followed }) => followed.ready === null && now - followed.writtenAt > idleSeconds * 1000);
    return this.#round([...ready, ...idle]);
  }

  /** Every camera that has moved since its checkpoint, for a partition that is given up. */
  final(): Round | null {
    const moved = this.#moved();
    return moved.length === 0 ? null : this.#round(moved);
  }

  /** Cameras that a checkpoint lacks something of, and whose state stands exactly at their newest safe record. */
  #moved(): Due[] {
    return [...this.#followed].flatMap(([camera, followed]) => {
      const { covered, fold, last } = followed;
      const behind = covered.afterNewest !== null || covered.afterOlder !== null;
      if (!behind || !last || !fold.position || comparePositions(fold.position, last.position) !== 0) return [];
      const state = fold.snapshot();
      return state === null ? [] : [{ camera, followed, state, ...last }];
    });
  }

  #round(cameras: readonly Due[]): Round {
    const after = new Map<Followed, { newest: number | null; older: number | null }>();
    const records = cameras.map(({ camera, followed, position, frameOffset, resultsOffset, state }) => {
      const newest = followed.last && followed.last.resultsOffset > resultsOffset ? resultsOffset + 1 : null;
      after.set(followed, { newest, older: followed.covered.afterNewest });
      return checkpointRecord(this.#partition, followed.covered.nextSlot, { camera, position, frameOffset, resultsOffset }, state);
    });
    let from = this.#end;
    for (const followed of this.#followed.values()) from = Math.min(from, (after.has(followed) ? after.get(followed)!.older : followed.covered.afterOlder) ?? from);
    return {
      records: [...records, foldRecord(this.#partition, from)],
      done: () => {
        for (const { followed } of cameras) {
          const { newest, older } = after.get(followed)!;
          followed.covered.nextSlot = followed.covered.nextSlot === 0 ? 1 : 0;
          followed.covered.afterNewest = newest;
          followed.covered.afterOlder = older;
          followed.ready = null;
        }
      },
    };
  }
}
