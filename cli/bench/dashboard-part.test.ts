import { expect, it } from 'vitest';
import { part, runParts } from './dashboard-part.js';

const figure = { case: 'x', metric: 'y', unit: 'ms', goal: 5, better: 'lower' } as const;

it('goes on after a part that fails and one that never ends, and says so in their rows', async () => {
  const said: string[] = [];
  const rows = await runParts(
    [
      part({ name: 'fails', seconds: 10, figures: { a: figure }, run: () => Promise.reject(new Error('no browser')) }),
      part({ name: 'hangs', seconds: 0.05, figures: { a: figure, b: figure }, run: () => new Promise(() => undefined) }),
      part({ name: 'works', seconds: 10, figures: { a: figure }, run: async () => ({ a: 3 }) }),
    ],
    { seconds: 60, progress: (what) => said.push(what) },
  );
  expect(rows.map(({ value, note }) => [value, note])).toEqual([
    [null, 'failed: no browser'],
    [null, 'not done after 0 s'],
    [null, 'not done after 0 s'],
    [3, undefined],
  ]);
  expect(rows.every(({ goal }) => goal === 5)).toBe(true);
});

it('gives up what is left when the whole has taken too long', async () => {
  const rows = await runParts([part({ name: 'late', seconds: 10, figures: { a: figure }, run: async () => ({ a: 1 }) })], { seconds: 1, progress: () => undefined });
  expect(rows[0]).toMatchObject({ value: null, note: 'no time was left of 1 s' });
});
