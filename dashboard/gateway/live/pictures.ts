import type { LivePictureHeader, ResultsRecord } from '@sightline/schemas';
import type { Picture, PictureFeed } from '@sightline/runtime/pictures';
import type { KeepEvidence } from '../keep-evidence.js';
import { headerOf, pictureMessage, type Seen } from './picture-message.js';

/**
 * Pictures for people's eyes: a frame waits for its own results record, so that the boxes fit the picture exactly and every head
 * is blurred before anything is encoded. A frame whose record never comes is not shown. One encoding at a time per
 * camera; frames that come meanwhile replace each other. Nothing is encoded while nobody looks, but for events.
 */
export interface Pictures {
  watch(camera: string): void;
  unwatch(camera: string): void;
  /** Cameras whose events get a picture each, in place of those named before. */
  keepFor(cameras: readonly string[]): void;
  /** Pairs the frames that wait with what was seen in them. */
  results(record: ResultsRecord): void;
  /** Calls `take` with every encoded picture message; answers how to stop. */
  encoded(take: (camera: string, message: Buffer) => void): () => void;
  /** One JPEG of the camera, as soon as there is one; null after the time. */
  still(camera: string, timeoutSeconds: number): Promise<{ readonly jpeg: Buffer; readonly header: LivePictureHeader } | null>;
  close(): void;
}

interface Watched {
  watchers: number;
  kept: boolean;
  stop: () => void;
  /** Frames that wait for their results. */
  waiting: Picture[];
  last: Seen | null;
  encoding: boolean;
  next: Seen | null;
}

/** Frames that wait for their results: inference and its queue take less than a second. */
const framesWaiting = 12;
/** An event's own frame may not be among those that the feed gives; one this old (µs) still shows it. */
const evidenceAge = 1_000_000;

/** `encode` blurs what the camera's privacy asks for. */
export function createPictures(feed: PictureFeed, encode: (seen: Seen) => Promise<Buffer>, keep?: Pick<KeepEvidence, 'seen' | 'events'>): Pictures {
  const watched = new Map<string, Watched>();
  const takers = new Set<(camera: string, message: Buffer, jpeg: Buffer, header: LivePictureHeader) => void>();

  function open(camera: string): Watched {
    const known = watched.get(camera);
    if (known) return known;
    const entry: Watched = { watchers: 0, kept: false, stop: () => undefined, waiting: [], last: null, encoding: false, next: null };
    watched.set(camera, entry);
    entry.stop = feed.watch(camera, (frame) => {
      if (frame.header.encoding === 'none') return;
      entry.waiting.push(frame);
      if (entry.waiting.length > framesWaiting) entry.waiting.shift();
    });
    return entry;
  }

  function closeIfUnused(camera: string, entry: Watched): void {
    if (entry.watchers > 0 || entry.kept) return;
    watched.delete(camera);
    entry.stop();
  }

  function watch(camera: string): void {
    open(camera).watchers += 1;
  }

  function unwatch(camera: string): void {
    const entry = watched.get(camera);
    if (!entry || entry.watchers === 0) return;
    entry.watchers -= 1;
    closeIfUnused(camera, entry);
  }

  async function encodeNewest(camera: string, entry: Watched): Promise<void> {
    entry.encoding = true;
    try {
      while (entry.next && watched.get(camera) === entry) {
        const seen = entry.next;
        entry.next = null;
        const jpeg = await encode(seen);
        const header = headerOf(seen);
        const message = pictureMessage(header, jpeg);
        for (const take of takers) take(camera, message, jpeg, header);
      }
    } finally {
      entry.encoding = false;
    }
  }

  return {
    watch,
    unwatch,
    keepFor(cameras) {
      const wanted = new Set(cameras);
      for (const camera of wanted) open(camera).kept = true;
      for (const [camera, entry] of watched) {
        if (wanted.has(camera)) continue;
        entry.kept = false;
        closeIfUnused(camera, entry);
      }
    },
    results(record) {
      const { camera, epoch, seq, capturedAt } = record.input;
      const entry = watched.get(camera);
      if (!entry) return;
      const at = entry.waiting.findIndex(({ header }) => header.epoch === epoch && header.seq === seq);
      if (at >= 0) {
        entry.last = { frame: entry.waiting[at]!, record };
        entry.waiting.splice(0, at + 1);
        if (entry.kept) keep?.seen(entry.last);
        if (entry.watchers > 0) {
          entry.next = entry.last;
          if (!entry.encoding) encodeNewest(camera, entry).catch(() => undefined);
        }
      }
      if (entry.kept && record.events.length > 0) keep?.events(record, entry.last && Math.abs(capturedAt - entry.last.frame.header.capturedAt) <= evidenceAge ? entry.last : null);
    },
    encoded(take) {
      takers.add(take);
      return () => takers.delete(take);
    },
    still(camera, timeoutSeconds) {
      return new Promise((resolve) => {
        const finish = (answer: { jpeg: Buffer; header: LivePictureHeader } | null): void => {
          clearTimeout(timer);
          takers.delete(take);
          unwatch(camera);
          resolve(answer);
        };
        const take = (from: string, _message: Buffer, jpeg: Buffer, header: LivePictureHeader): void => {
          if (from === camera) finish({ jpeg, header });
        };
        const timer = setTimeout(() => finish(null), timeoutSeconds * 1000);
        takers.add(take);
        watch(camera);
      });
    },
    close() {
      for (const entry of watched.values()) entry.stop();
      watched.clear();
      takers.clear();
    },
  };
}
