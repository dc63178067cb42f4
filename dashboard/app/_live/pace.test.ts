import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createPace } from './pace';

const alike = (a: { n: number }, b: { n: number }): boolean => a.n === b.n;

it('hands on the first change after a quiet second at once, and what changes all the time once a second', async () => {
  const handed: number[] = [];
  const pace = createPace<{ n: number }>(({ n }) => handed.push(n), alike);
  pace.change('queue', { n: 0 });
  expect(handed).toEqual([0]);
  await sleep(1050);
  pace.change('queue', { n: 1 });
  expect(handed).toEqual([0, 1]);
  for (let n = 2; n <= 30; n++) {
    await sleep(100);
    pace.change('queue', { n });
  }
  await sleep(1100);
  expect(handed.at(-1), 'the newest is never lost').toBe(30);
  expect(handed.length).toBeGreaterThanOrEqual(5);
  expect(handed.length).toBeLessThanOrEqual(7);
});

it('hands on many that change together at different moments', async () => {
  const moments = new Map<number, number>();
  const pace = createPace<{ n: number; key: number }>(({ n, key }) => void (n === 1 && moments.set(key, performance.now())), alike);
  for (let key = 0; key < 40; key++) pace.change(String(key), { n: 0, key });
  for (let key = 0; key < 40; key++) pace.change(String(key), { n: 1, key });
  await sleep(1200);
  const times = [...moments.values()].sort((a, b) => a - b);
  expect(times.length).toBe(40);
  expect(times.at(-1)! - times[0]!).toBeGreaterThan(500);
});

it('keeps an answer that came after what still waits', async () => {
  const handed: number[] = [];
  const pace = createPace<{ n: number }>(({ n }) => handed.push(n), alike);
  pace.change('queue', { n: 0 });
  pace.change('queue', { n: 1 });
  pace.replace('queue', { n: 2 });
  await sleep(1200);
  expect(handed).toEqual([0, 2]);
});
