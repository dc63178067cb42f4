import { expect, it } from 'vitest';
import { benchStore } from './store.js';

it('measures the sink, the tables and every query', async () => {
  const rows = await benchStore({ scale: 0.005 });
  const metrics = new Set(rows.map(({ metric }) => metric));
  for (const metric of ['sink rows per core-second', 'ingest ÷ what 50 cameras produce', 'share of a core', 'rows', 'p95']) expect(metrics).toContain(metric);
  expect(rows.every(({ value }) => value !== null && Number.isFinite(value))).toBe(true);
  // A quarter of an hour of 50 cameras, ten rows a second each.
  expect(rows.find(({ metric }) => metric === 'rows')!.value).toBeGreaterThan(450_000);
}, 600_000);
