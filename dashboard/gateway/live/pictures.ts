import type { FrameHeader, LivePictureHeader, ResultsRecord } from '@sightline/schemas';
import type { Picture, PictureFeed } from '@sightline/runtime/pictures';
import { encodePicture } from './encode-picture.js';

/**
 * Pictures for people's eyes: a frame waits for its own results record, so that the boxes fit the picture exactly and every head
 * is blurred before anything is encoded. A frame whose record never comes is not shown. One encoding at a time per
 * camera; frames that come meanwhile replace each other.
 */
export interface Pictures {
  watch(camera: string): void;
  unwatch(camera: string): void;
  /** Pairs the frames that wait with what was seen in them. */
  results(record: ResultsRecord): void;
  /** Calls `take` with every encoded picture message; answers how to stop. */
  encoded(take: (camera: string, message: Buffer) => void): () => void;
  /** One JPEG of the camera, as soon as there is one; null after the time. */
  still(camera: string, timeoutSeconds: number): Promise<{ readonly jpeg: Buffer; readonly header: LivePictureHeader } | null>;
  close(): void;
}

/** Frames that wait for their results: inference and its queue take less than a second. */
const framesWaiting = 12;

export function createPictures(feed: PictureFeed, blursHeads: (camera: string) => boolean): Pictures {
  const watched = new Map<string, Watched>();
  const takers = new Set<(camera: string, message: Buffer, jpeg: Buffer, header: LivePictureHeader) => void>();

  function watch(camera: string): void {
    const known = watched.get(camera);
    if (known) {
      known.watchers += 1;
      return;
    }
    const entry: Watched = { watchers: 1, stop: () => undefined, waiting: [], encoding: false, next: null };
    watched.set(camera, entry);
    entry.stop = feed.watch(camera, (frame) => {
      if (frame.header.encoding === 'none') return;
      entry.waiting.push(frame);
      if (entry.waiting.length > framesWaiting) entry.waiting.shift();
    });
  }

  function unwatch(camera: string): void {
    const entry = watched.get(camera);
    if (!entry || --entry.watchers > 0) return;
    watched.delete(camera);
    entry.stop();
  }

  async function encodeNewest(camera: string, entry: Watched): Promise<void> {
    entry.encoding = true;
    try {
      while (entry.next && watched.get(camera) === entry) {
        const { frame, record } = entry.next;
        entry.next = null;
        const jpeg = await encodePicture(frame, blursHeads(camera) ? record : null);
        const header = headerOf(frame.header, record);
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
    results(record) {
      const entry = watched.get(record.input.camera);
      if (!entry) return;
      const { epoch, seq } = record.input;
      const at = entry.waiting.findIndex(({ header }) => header.epoch === epoch && header.seq === seq);
      if (at < 0) return;
      entry.next = { frame: entry.waiting[at]!, record };
      entry.waiting.splice(0, at + 1);
      if (!entry.encoding) encodeNewest(record.input.camera, entry).catch(() => undefined);
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

interface Watched {
  watchers: number;
  stop: () => void;
  waiting: Picture[];
  encoding: boolean;
  next: { readonly frame: Picture; readonly record: ResultsRecord } | null;
}

function headerOf(frame: FrameHeader, record: ResultsRecord): LivePictureHeader {
  return {
    camera: frame.camera,
    capturedAt: frame.capturedAt,
    width: frame.width,
    height: frame.height,
    tracks: record.tracks.map(({ id, cls, score, x, y, w, h }) => ({ id, cls, score: round(score), x: round(x), y: round(y), w: round(w), h: round(h) })),
  };
}

/** A ten-thousandth of the frame is a fifth of a pixel in 4K. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function pictureMessage(header: LivePictureHeader, jpeg: Buffer): Buffer {
  const head = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, jpeg]);
}
