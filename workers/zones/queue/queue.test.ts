import { describe, expect, it } from 'vitest';
import { play, someone, type Actor } from '../test-scene.js';

const queue = {
  kind: 'queue',
  name: 'till',
  polygon: [[0.3, 0.5], [0.9, 0.5], [0.9, 0.9], [0.3, 0.9]],
  service: [[0.05, 0.5], [0.29, 0.5], [0.29, 0.9], [0.05, 0.9]],
};
/** Comes from the right, stands in line, steps up, is served, leaves upwards. */
const customer = (id: string, waits: number): Actor => someone(id).at(0.98, 0.7).walksTo(0.4, 0.7, 4).stands(waits).walksTo(0.2, 0.7, 2).stands(5).walksTo(0.2, 0.3, 2);

const waited = (played: ReturnType<typeof play>, kind: string): number[] => played.events.flatMap((event) => (event.kind === kind ? [event.seconds!] : []));

describe('queue', () => {
  it('who stands in line has joined, and is served when stepping up', () => {
    const played = play(queue, [customer('anna', 20)]);
    expect(played.said.map((line) => line.split(' ')[0])).toEqual(['joined', 'served']);
    expect(Math.abs(waited(played, 'served')[0]! - 21)).toBeLessThan(1.5);
    expect(played.last).toMatchObject({ length: 0, served: 1, abandoned: 0 });
  });

  it('says the same at 2 frames a second', () => {
    expect(Math.abs(waited(play(queue, [customer('anna', 20)], { fps: 2 }), 'served')[0]! - 21)).toBeLessThan(1.5);
  });

  it('walking through is no queueing', () => {
    expect(play(queue, [someone('anna').at(0.98, 0.7).walksTo(0.02, 0.7, 6)]).said).toEqual([]);
  });

  it('leaving elsewhere is giving up', () => {
    const played = play(queue, [someone('anna').at(0.98, 0.7).walksTo(0.4, 0.7, 4).stands(15).walksTo(0.4, 0.2, 3)]);
    expect(played.last).toMatchObject({ served: 0, abandoned: 1 });
    expect(Math.abs(waited(played, 'abandoned')[0]! - 17)).toBeLessThan(1.5);
  });

  it('a change of id, or being hidden, does not start the wait anew', () => {
    const anna = someone('anna').at(0.98, 0.7).walksTo(0.4, 0.7, 4).stands(8).becomes('anne').stands(4).hides(4).becomes('ann').stands(4).walksTo(0.2, 0.7, 2).stands(5);
    const played = play(queue, [anna]);
    expect(played.last).toMatchObject({ served: 1, abandoned: 0 });
    expect(Math.abs(waited(played, 'served')[0]! - 21)).toBeLessThan(1.5);
  });

  it('moving up with the line is waiting', () => {
    const anna = someone('anna').at(0.98, 0.7).walksTo(0.8, 0.7, 1.5);
    for (let place = 0.75; place > 0.38; place -= 0.05) anna.stands(3).walksTo(place, 0.7, 1);
    const played = play(queue, [anna.walksTo(0.2, 0.7, 2).stands(4)]);
    expect(played.last).toMatchObject({ served: 1, abandoned: 0 });
  });

  it('without a place of service, leaving near the head is being served', () => {
    const { kind, name, polygon } = queue;
    const byHead = { kind, name, polygon, head: [0.32, 0.7] };
    expect(play(byHead, [someone('anna').at(0.98, 0.7).walksTo(0.36, 0.7, 4).stands(10).walksTo(0.05, 0.7, 3)]).last).toMatchObject({ served: 1, abandoned: 0 });
    expect(play(byHead, [someone('anna').at(0.98, 0.7).walksTo(0.7, 0.7, 4).stands(10).walksTo(0.7, 0.2, 3)]).last).toMatchObject({ served: 0, abandoned: 1 });
  });

  it('learns its pace, and from it how long who joins now will wait', () => {
    // One is served every 20 s while others wait; each waits for the two before.
    const customers = Array.from({ length: 12 }, (_, n) => {
      const place = (at: number): number => 0.36 + 0.07 * at;
      const one = someone(`c${n}`).at(0.98, 0.7, n * 20).walksTo(place(2), 0.7, 3).stands(17).walksTo(place(1), 0.7, 1).stands(19).walksTo(place(0), 0.7, 1).stands(17);
      return one.walksTo(0.2, 0.7, 2).stands(14).walksTo(0.2, 0.3, 2);
    });
    const { measures } = play(queue, customers, { fps: 5, seconds: 200 });
    const now = measures.at(-1)!;
    expect(now['serviceRate']!).toBeCloseTo(180, -1);
    expect(now['waitForecast']! / (20 * (now['length']! + 1))).toBeCloseTo(1, 0);
  });
});
