import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDetector } from '@sightline/models/inference/detector';
import type { Detector } from '@sightline/schemas';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateLabels, type LabelsEvaluation } from './evaluate-labels.js';
import { readLabels } from './labels-file.js';

/** Own labels on a real clip, with two mistakes made on purpose: the report must show exactly those. */
const data = process.env['SIGHTLINE_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), 'labels-'));
const html = path.join(folder, 'report.html');
const inventedAt = 8.3;
let detector: Detector;
let evaluation: LabelsEvaluation;

interface TrafficTruth {
  readonly traffic: { readonly line: { readonly from: [number, number]; readonly to: [number, number]; readonly classes: string[] }; readonly crossingFrames: number[]; readonly alongLine: number[] };
}

beforeAll(async () => {
  const { traffic } = JSON.parse(readFileSync(path.join(data, 'truth.json'), 'utf8')) as TrafficTruth;
  const events = traffic.crossingFrames.map((frame, i) => ({ zone: 'road', kind: 'crossed', at: (frame - 1) / 30, direction: 'in', along: traffic.alongLine[i] }));
  // Nobody crosses here; and the fifth vehicle is not written down.
  events.push({ zone: 'road', kind: 'crossed', at: inventedAt, direction: 'in', along: 0.98 });
  events.splice(4, 1);
  const file = path.join(folder, 'traffic.labels.json');
  writeFileSync(
    file,
    JSON.stringify({
      clip: path.relative(folder, path.join(data, 'clips/traffic.mp4')),
      tolerance: { seconds: 0.4, along: 0.12 },
      zones: [{ name: 'road', kind: 'line', line: [traffic.line.from, traffic.line.to], classes: traffic.line.classes }],
      events,
    }),
  );
  detector = await openDetector({ folder: path.join(folder, 'models'), threads: 1 });
  evaluation = await evaluateLabels({ labels: await readLabels(file), detector, html, command: 'sightline eval traffic.labels.json' });
});
afterAll(async () => {
  await detector?.close();
  rmSync(folder, { recursive: true });
});

describe('own labels on traffic.mp4', () => {
  test('the vehicle that nobody wrote down is reported as invented, the one that does not exist as missed', () => {
    const [road] = evaluation.judgements;
    expect(road!.missed.map(({ at }) => at)).toContain(inventedAt);
    expect(road!.invented.some(({ at }) => Math.abs(at - 76 / 30) < 0.4)).toBe(true);
    expect(road!.matched.length).toBeGreaterThanOrEqual(21);
    expect(evaluation.sentences[0]).toMatch(/^road: counted \d+ of 24 crossings, /);
  });

  test('the report holds a picture of every failure and needs no other file', () => {
    const report = readFileSync(html, 'utf8');
    const [road] = evaluation.judgements;
    const failures = road!.missed.length + road!.invented.length + road!.double.length + road!.wrongWay.length;
    expect(report.match(/<figure /g)).toHaveLength(failures);
    expect(report.match(/src="data:image\/jpeg;base64,\/9j\//g)).toHaveLength(failures);
    expect(report).not.toMatch(/(src|href)="(?!data:)/);
    expect(report).toContain(evaluation.sentences[0]);
    expect(report).toContain('0:08.3 road: missed: crossed in');
  });
});

test('a file of labels with mistakes names all of them', async () => {
  const file = path.join(folder, 'broken.json');
  writeFileSync(file, JSON.stringify({ clip: 'x.mp4', zones: [{ name: 'road', kind: 'line', line: [[0, 0], [1, 1]] }], events: [{ zone: 'rod', kind: 'crossed', at: 1 }, { zone: 'road', kind: 'visit', at: 1, until: 2 }] }));
  await expect(readLabels(file)).rejects.toThrow(/2 mistakes[\s\S]*events\.0\.zone: there is no zone "rod"[\s\S]*events\.1\.kind: a line has no "visit"/);
  await expect(readLabels(path.join(folder, 'nothing.json'))).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
});
