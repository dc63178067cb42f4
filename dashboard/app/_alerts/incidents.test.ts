import type { LiveAlert } from '@sightline/schemas/live';
import { expect, it } from 'vitest';
import { incidentsOf } from './incidents';

const alert = (state: LiveAlert['state'], at: number, since: number): LiveAlert => ({ id: `${since}-${state}`, rule: 'empty', state, severity: 'warning', camera: 'shelf', subject: 'drinks', measure: 'fill', condition: 'drinks.fill < 0.5', value: 0.3, since, at });

it('makes one incident of pending, firing and resolved', () => {
  const all = incidentsOf([alert('firing', 50, 40), alert('resolved', 30, 10), alert('firing', 20, 10), alert('pending', 10, 10)]);
  expect(all.map(({ alert: { at }, ended }) => [at, ended])).toEqual([[50, null], [20, 30]]);
});

it('leaves out what never fired', () => {
  expect(incidentsOf([alert('resolved', 12, 10), alert('pending', 10, 10)])).toEqual([]);
});
