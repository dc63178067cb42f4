import type { FrameHeader } from '@sightline/schemas';
import type { Clock } from '@sightline/runtime/clock';
import type { Picture, PictureFeed } from '@sightline/runtime/pictures';

/** A viewer gets at most this many pictures a second of a camera; copies cost nothing while nobody looks. */
const mostPerSecond = 10;

interface Viewer {
  readonly take: (picture: Picture) => void;
  shownAt: number;
}

/** Frames on their way to the log, copied for who watches. */
export class PictureTap implements PictureFeed {
  readonly #viewers = new Map<string, Set<Viewer>>();

  constructor(private readonly clock: Clock) {}

  watch(camera: string, take: (picture: Picture) => void): () => void {
    const viewer: Viewer = { take, shownAt: -Infinity };
    const viewers = this.#viewers.get(camera) ?? new Set();
    this.#viewers.set(camera, viewers.add(viewer));
    return () => {
      viewers.delete(viewer);
      if (viewers.size === 0 && this.#viewers.get(camera) === viewers) this.#viewers.delete(camera);
    };
  }

  /** `pixels` are only read, during the call. */
  offer(header: FrameHeader, pixels: Uint8Array): void {
    const viewers = this.#viewers.get(header.camera);
    if (viewers === undefined) return;
    const now = this.clock.now();
    for (const viewer of [...viewers]) {
      if (now - viewer.shownAt < 1000 / mostPerSecond && now >= viewer.shownAt) continue;
      viewer.shownAt = now;
      viewer.take({ header, bytes: pixels.slice() });
    }
  }
}
