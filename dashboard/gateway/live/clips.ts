import { headerOf, pictureMessage, type Seen } from './picture-message.js';

/**
 * Some seconds around an event: the frames before it are held while they are young, those after it are added as they come, all
 * encoded and blurred like every other picture. Only cameras whose zones or rules ask for clips are held at all.
 *
 *     clips.frame(seen);
 *     clips.keep('door', seen.record.input.capturedAt);
 */
export interface Clips {
  /** Each frame of a camera with what was seen in it, in order. */
  frame(seen: Seen): void;
  /** Keeps what lies around this moment (µs event time, that of the newest frame or a little before). */
  keep(camera: string, at: number): void;
  /** Finishes what is open. */
  close(): Promise<void>;
}

export interface Clip {
  readonly camera: string;
  readonly epoch: number;
  /** Numbers of its first and last frame within the epoch. */
  readonly first: number;
  readonly last: number;
  /** µs event time of these. */
  readonly from: number;
  readonly to: number;
  /** Messages as the live protocol sends pictures, each with its length (4 bytes little endian) before it. */
  readonly bytes: Buffer;
}

export interface ClipsOptions {
  readonly wanted: (camera: string) => boolean;
  readonly encode: (seen: Seen) => Promise<Buffer>;
  readonly finished: (clip: Clip) => Promise<void>;
}

/** Enough to see where someone came from and went to. */
const secondsBefore = 2;
const secondsAfter = 2;
/** Events that follow each other share a clip up to this length. */
const longestSeconds = 10;
/** Movements of people can be followed at this rate. */
const framesPerSecond = 5;
/** Frames held for all cameras together: some 70 cameras at 512 × 288. Beyond it clips begin later. */
const heldBytes = 256 * 2 ** 20;
/** A camera that gives no more frames ends its clip after this wall time. */
const patienceMs = 5000;
const second = 1_000_000;

interface Held {
  ring: Seen[];
  open: OpenClip | null;
}

interface OpenClip {
  readonly first: Seen;
  last: Seen;
  until: number;
  /** Encoded one after another, so that a clip never takes more than one core's share. */
  messages: Promise<Buffer[]>;
  timer: NodeJS.Timeout;
}

export function createClips({ wanted, encode, finished }: ClipsOptions): Clips {
  const cameras = new Map<string, Held>();
  const finishing = new Set<Promise<void>>();
  let bytes = 0;

  function drop(ring: Seen[]): void {
    bytes -= ring.shift()!.frame.bytes.byteLength;
  }

  function add(open: OpenClip, seen: Seen): void {
    open.last = seen;
    open.messages = open.messages.then(async (messages) => [...messages, pictureMessage(headerOf(seen), await encode(seen))]);
    open.messages.catch(() => undefined);
  }

  function finish(camera: string, held: Held): void {
    const { open } = held;
    if (!open) return;
    held.open = null;
    clearTimeout(open.timer);
    const { input: first } = open.first.record;
    const { input: last } = open.last.record;
    const work = open.messages
      .then((messages) => finished({ camera, epoch: first.epoch, first: first.seq, last: last.seq, from: first.capturedAt, to: last.capturedAt, bytes: packed(messages) }))
      .catch(() => undefined)
      .finally(() => finishing.delete(work));
    finishing.add(work);
  }

  function forget(camera: string, held: Held): void {
    finish(camera, held);
    while (held.ring.length > 0) drop(held.ring);
    cameras.delete(camera);
  }

  return {
    frame(seen) {
      const { camera, epoch, capturedAt } = seen.record.input;
      const known = cameras.get(camera);
      if (!wanted(camera) || (known && known.ring.length > 0 && known.ring[0]!.record.input.epoch !== epoch)) {
        if (known) forget(camera, known);
        if (!wanted(camera)) return;
      }
      const held = cameras.get(camera) ?? { ring: [], open: null };
      cameras.set(camera, held);
      const newest = held.ring.at(-1);
      // The frame of an event is always among them.
      if (newest && seen.record.events.length === 0 && capturedAt - newest.record.input.capturedAt < second / framesPerSecond) return;
      held.ring.push(seen);
      bytes += seen.frame.bytes.byteLength;
      while (held.ring.length > 1 && (capturedAt - held.ring[0]!.record.input.capturedAt > secondsBefore * second || bytes > heldBytes)) drop(held.ring);
      if (!held.open) return;
      add(held.open, seen);
      if (capturedAt >= held.open.until) finish(camera, held);
    },
    keep(camera, at) {
      const held = cameras.get(camera);
      const first = held?.ring[0];
      if (!held || !first || held.ring.at(-1)!.record.input.capturedAt - at > longestSeconds * second) return;
      const { open } = held;
      if (open) {
        open.until = Math.max(open.until, Math.min(at + secondsAfter * second, open.first.record.input.capturedAt + longestSeconds * second));
        return;
      }
      const opened: OpenClip = { first, last: first, until: at + secondsAfter * second, messages: Promise.resolve([]), timer: setTimeout(() => finish(camera, held), patienceMs + longestSeconds * 1000) };
      for (const seen of held.ring) add(opened, seen);
      held.open = opened;
    },
    async close() {
      for (const [camera, held] of [...cameras]) forget(camera, held);
      await Promise.all(finishing);
    },
  };
}

function packed(messages: readonly Buffer[]): Buffer {
  return Buffer.concat(
    messages.flatMap((message) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(message.length);
      return [length, message];
    }),
  );
}
