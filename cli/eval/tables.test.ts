import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { writeFigures, type Figure } from '../figures.js';
import { explainRegression, regressions } from './gate.js';
import { figureFiles, filled, updateDocs } from './tables.js';

const row = (changes: Partial<Figure> = {}): Figure => ({ case: 'plaza 10 fps', metric: 'HOTA', value: 67.4, unit: '%', ...changes });
const page = 'Before.\n\n<!-- figures:tracking figures/tracking.json -->\nold table\n<!-- /figures -->\n\nAfter.\n';

describe('updateDocs', () => {
  test('fills the place, leaves the rest, and changes nothing the second time', () => {
    const root = mkdtempSync(path.join(os.tmpdir(), 'tables-'));
    const file = path.join(root, 'accuracy.md');
    writeFileSync(file, page);
    writeFigures(path.join(root, 'figures/tracking.json'), 'sightline eval tracking', [row({ goal: 67, peer: 55 }), row({ metric: 'IDF1', value: 90, goal: 91, noise: 0.5 }), row({ case: '広場 | 5 fps', value: null, note: 'no footage' }), row({ case: '広場 | 5 fps', metric: 'IDF1', value: 1 }), row({ case: 'door', metric: 'found', value: 3, unit: '' })], {
      when: '2026-11-24T12:00:00.000Z',
      machine: 'a machine',
    });
    expect(updateDocs(file, root)).toBe(true);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^Before\.\n\n<!-- figures:tracking figures\/tracking\.json -->\n/);
    expect(text).toMatch(/<!-- \/figures -->\n\nAfter\.\n$/);
    expect(text).not.toContain('old table');
    expect(text).toMatch(/\| plaza 10 fps +\| 67\.4 \(≥ 67 ✓, peer 55\) +\| 90 ± 0\.500 \(≥ 91 ✗\) +\|/);
    expect(text).toMatch(/\| 広場 \\\| 5 fps +\| – \(no footage\) +\| 1 +\|/);
    expect(text).toMatch(/\n\n\| case \| found \|\n/);
    expect(text).toContain('`sightline eval tracking`, 2026-11-24, a machine.');
    const table = text.split('\n').filter((line) => line.startsWith('|'));
    expect(new Set(table.slice(0, 4).map((line) => stringWidth(line))).size).toBe(1);
    expect(updateDocs(file, root)).toBe(false);
    rmSync(root, { recursive: true });
  });

  test('a place whose file is missing stays as it is', () => {
    expect(filled(page, 'accuracy.md', '/nowhere')).toBe(page);
  });

  test('a page without a place says so', () => {
    expect(() => filled('nothing here', 'x.md', '.')).toThrow('has no place for figures');
    expect(figureFiles(page)).toEqual(['figures/tracking.json']);
  });
});

describe('regressions', () => {
  test.each([
    ['equal', row(), 67.4, 0],
    ['better', row(), 70, 0],
    ['worse', row(), 67.3, 1],
    ['worse within its noise', row({ noise: 0.5 }), 67, 0],
    ['worse beyond its noise', row({ noise: 0.5 }), 66.8, 1],
    ['lower is better, and it rose', row({ better: 'lower', value: 0 }), 1, 1],
    ['lower is better, and it fell', row({ better: 'lower', value: 3 }), 1, 0],
    ['a description, neither good nor bad', row({ unit: '', metric: 'true' }), 3, 0],
    ['not measured before', row({ value: null }), 5, 0],
    ['not measured any more', row(), null, 1],
    ['another sum of the same', row({ value: 0.1 + 0.2 }), 0.3, 0],
  ])('%s', (_, recorded, now, count) => expect(regressions([recorded], [row({ value: now })])).toHaveLength(count));

  test('cases that were not run do not count; metrics that vanished do', () => {
    const recorded = [row(), row({ case: 'traffic' }), row({ metric: 'IDF1' })];
    const falls = regressions(recorded, [row()]);
    expect(falls.map(explainRegression)).toEqual(['plaza 10 fps: IDF1 is not measured any more; on record is 67.4']);
  });
});
