import { expect, it } from 'vitest';
import { runsOf } from './sparkline';

it('draws no line over what is not known, whether a row says so or none is there', () => {
  expect(runsOf([[0, 1], [60, 2], [120, null], [180, null], [240, 3], [300, 4]]).map((run) => run.length)).toEqual([2, 2]);
  expect(runsOf([[0, 1], [60, 2], [600, 3], [660, 4]]).map((run) => run.length)).toEqual([2, 2]);
  expect(runsOf([[0, 1], [60, 2], [120, 3]]).map((run) => run.length)).toEqual([3]);
});
