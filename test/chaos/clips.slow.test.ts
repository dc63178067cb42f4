import { siteVersion } from '@sightline/runtime/site-feed';
import type { Site } from '@sightline/schemas';
import type { CameraState } from '@sightline/workers/checkpoint/checkpoint';
import { CameraFold } from '@sightline/workers/run/camera-fold';
import { setupsOf } from '@sightline/workers/run/setup';
import { partsOf } from 'sightline/engine';
import { describe, expect, it } from 'vitest';
import { clipsSite, undisturbedClips } from './clips-site.js';
import { chance, chaos, minutes, pause } from './harness.js';
import type { Heard } from './results.js';

/** The four clips of the footage folder, decoded, encoded, detected by the real model, while every role is killed. */
const kills = 12;

describe('chaos over the four clips', () => {
  it('events, samples, tracks, drift and counts equal an undisturbed run’s exactly', async () => {
    const random = chance(4);
    const site = clipsSite();
    const verdict = await chaos('four clips', {
      frames: null,
      site,
      expected: async () => {
        const heard = await undisturbedClips(site);
        // What is kept of people, vehicles and shelves is all that there is: checked first, since it needs no cluster.
        for (const every of [1, 7]) expect(partsAfterHandOvers(site, heard, every)).toBe('nowhere');
        return heard;
      },
      disturb: async (cluster, kafka) => {
        const names = cluster.names();
        while (cluster.kills < kills) {
          await pause(1 + 3 * random());
          await cluster.kill(names[Math.floor(random() * names.length)]!);
        }
        // Longer away than a Kafka client tries by itself: no recording may end for that.
        cluster.kills += 1;
        await kafka.kill(0);
        await pause(45);
        await kafka.start(0);
      },
    });
    expect(verdict.events).toBeGreaterThan(30);
  }, 15 * minutes);
});

/** Where a camera says something else when its state goes through a checkpoint every so many frames. */
function partsAfterHandOvers(site: Site, { byCamera }: Heard, every: number): string {
  const setups = setupsOf({ v: 1, version: siteVersion(site), site });
  for (const [camera, said] of byCamera) {
    let fold = new CameraFold(camera, partsOf(site));
    for (const [n, { input, ...wanted }] of said.entries()) {
      const output = fold.apply(input, setups.get(camera)!);
      for (const part of ['tracks', 'events', 'samples', 'finished', 'drift'] as const) if (JSON.stringify(output[part]) !== JSON.stringify(wanted[part])) return `${camera}, frame ${input.seq}, ${part}`;
      if (n % every === every - 1) fold = new CameraFold(camera, partsOf(site), { state: JSON.parse(fold.snapshot()!) as CameraState, position: input });
    }
  }
  return 'nowhere';
}
