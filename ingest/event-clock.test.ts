import { describe, expect, it } from 'vitest';
import { EventClock } from './event-clock.js';

const start = 1_700_000_000_000;

describe('event time of a recording', () => {
  it('is its beginning plus its timestamps, whatever the wall says', () => {
    const clock = EventClock.recording(start);
    expect(clock.at(0, 0)).toBe(start * 1000);
    expect(clock.at(33_333, 1e15)).toBe(start * 1000 + 33_333);
  });

  it('grows where timestamps are missing, repeated or go back', () => {
    const clock = EventClock.recording(start);
    const untimed = EventClock.recording(start);
    expect(untimed.at(NaN, 0)).toBe(start * 1000);
    const times = [0, 40_000, 40_000, 20_000, NaN, 80_000].map((pts) => clock.at(pts, 0) - start * 1000);
    expect(times).toEqual([0, 40_000, 40_001, 40_002, 40_003, 80_000]);
  });

  it('goes on where the last round ended', () => {
    const clock = EventClock.recording(start);
    clock.at(0, 0);
    clock.at(100_000, 0);
    clock.again(100_000);
    expect(clock.at(0, 0)).toBe(start * 1000 + 200_000);
  });
});

describe('event time of a live source', () => {
  /** Timestamps every 0.1 s that arrive with up to 80 ms of jitter. */
  const jitter = (i: number): number => ((i * 7919) % 80) - 40;

  it('does not show the jitter of the network', () => {
    const clock = EventClock.live();
    let last = clock.at(0, start);
    for (let i = 1; i < 1000; i++) {
      const now = clock.at(i * 100_000, start + i * 100 + jitter(i));
      expect(Math.abs(now - last - 100_000)).toBeLessThan(500);
      last = now;
    }
  });

  it('follows a clock that runs one part in a thousand fast', () => {
    const clock = EventClock.live();
    let time = 0;
    for (let i = 0; i < 36_000; i++) time = clock.at(i * 100_100, start + i * 100);
    expect(Math.abs(time / 1000 - (start + 35_999 * 100))).toBeLessThan(100);
  });

  it.each([3600e6, -3600e6, 1e12])('is anchored anew when the clock jumps by %d µs, and grows', (jump) => {
    const clock = EventClock.live();
    let last = -Infinity;
    for (let i = 0; i < 100; i++) {
      const arrived = start + i * 100;
      const now = clock.at(i * 100_000 + (i >= 50 ? jump : 0), arrived);
      expect(now).toBeGreaterThan(last);
      expect(Math.abs(now / 1000 - arrived)).toBeLessThan(200);
      last = now;
    }
  });

  it('grows when timestamps stand still or are missing, and when the wall clock is set back', () => {
    const clock = EventClock.live();
    let last = -Infinity;
    for (let i = 0; i < 300; i++) {
      const now = clock.at(i % 3 === 0 ? NaN : 7, start + (i < 150 ? i : i - 100_000));
      expect(now).toBeGreaterThan(last);
      last = now;
    }
  });

  it('goes on almost as fast when the wall clock is set back, and is the wall\'s time again in the end', () => {
    const clock = EventClock.live();
    let last = clock.at(0, start);
    const steps: number[] = [];
    for (let i = 1; i < 4000; i++) {
      const arrived = start + i * 100 - (i >= 100 ? 30_000 : 0);
      const now = clock.at(i * 100_000, arrived);
      steps.push(now - last);
      last = now;
    }
    // The one short step is the one that arrives at the wall's time.
    expect(steps.filter((step) => step < 80_000).length).toBeLessThanOrEqual(1);
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.abs(last / 1000 - (start + 3999 * 100 - 30_000))).toBeLessThan(200);
  });

  it('never goes back over a reconnection', () => {
    const clock = EventClock.live((start + 5000) * 1000);
    expect(clock.at(0, start)).toBeGreaterThan((start + 5000) * 1000);
  });
});
