import type { LiveSiteZone } from '@sightline/schemas/live';
import { expect, it } from 'vitest';
import { placeLabels } from './label-places';

const area = (name: string, x: number, y: number): LiveSiteZone => ({ name, camera: 'door', kind: 'area', shapes: [{ points: [[x, y], [x + 0.2, y], [x + 0.2, y + 0.3], [x, y + 0.3]] }] });

it('puts no label over another', () => {
  const places = placeLabels([area('crossing', 0.4, 0.3), area('ticket-queue', 0.35, 0.31), area('walkway', 0.38, 0.33)]);
  const ys = places.map(({ y }) => y).sort((a, b) => a - b);
  expect(ys[1]! - ys[0]!).toBeGreaterThanOrEqual(0.085 - 1e-9);
  expect(ys[2]! - ys[1]!).toBeGreaterThanOrEqual(0.085 - 1e-9);
});

it('leaves labels at their own shapes where there is room', () => {
  const places = placeLabels([area('a', 0.05, 0.3), area('b', 0.7, 0.3)]);
  expect(places.every(({ y }) => y === 0.3)).toBe(true);
});
