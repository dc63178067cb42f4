import { describe, expect, it } from 'vitest';
import { firstResumeThatDiffers, withEveryZone } from './clips-fold.js';
import { clipsSite, undisturbedClips } from './clips-site.js';
import { chance, chaos, minutes, mostMinutes, pause } from './harness.js';

/** The four clips of the footage folder, decoded, encoded, detected by the real model, while every role is killed. */
const kills = 12;

describe('chaos over the four clips', () => {
  it('taken over after any frame, with zones of every kind, every clip says the same bytes to its end', async () => {
    const site = withEveryZone(clipsSite());
    expect(firstResumeThatDiffers(site, await undisturbedClips(site))).toBe('none');
  }, mostMinutes * minutes);

  it('events, samples, tracks, drift and counts equal an undisturbed run’s exactly', async () => {
    const random = chance(4);
    const site = clipsSite();
    const verdict = await chaos('four clips', {
      frames: null,
      site,
      expected: () => undisturbedClips(site),
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
  }, mostMinutes * minutes);
});
