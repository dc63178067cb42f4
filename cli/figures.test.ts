import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import stringWidth from 'string-width';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatNumber, printTable, reachesGoal, readFigures, writeFigures, type Figure } from './figures.js';

const row = (changes: Partial<Figure> = {}): Figure => ({ case: 'plaza', metric: 'recall', value: 91.2, unit: '%', ...changes });

function printed(rows: readonly Figure[]): string[] {
  let text = '';
  printTable(rows, (part) => (text += part));
  return text.trimEnd().split('\n');
}

describe('printTable', () => {
  test('aligns columns whatever the script', () => {
    const lines = printed([
      row({ case: '広場 10 fps', goal: 90, peer: 88 }),
      row({ case: 'café ☕', value: 5, goal: 7, better: 'lower', unit: 's' }),
      row({ case: 'plaza', value: 1234.5, goal: 1 }),
    ]);
    const ends = lines.slice(2).map((line) => stringWidth(line.slice(0, line.search(/[✓✗]/) + 1)));
    expect(new Set(ends).size).toBe(1);
    expect(lines[2]).toContain('≥ 90  ✓');
    expect(lines[2]).toMatch(/88$/);
    expect(lines[3]).toContain('≤ 7');
  });

  test('says a case once and leaves out columns that nothing fills', () => {
    const lines = printed([row(), row({ metric: 'precision' })]);
    expect(lines[0]).not.toContain('goal');
    expect(lines[3]!.startsWith('     ')).toBe(true);
  });

  test('an unmeasured figure is a dash, never 0', () => {
    expect(printed([row({ value: null, note: 'GStreamer is missing' })])[2]).toMatch(/–.*GStreamer is missing/);
  });
});

test.each([
  [{ value: 90, goal: 90 }, true],
  [{ value: 89.9, goal: 90 }, false],
  [{ value: 0.7, goal: 0.7, better: 'lower' as const }, true],
  [{ value: 0.71, goal: 0.7, better: 'lower' as const }, false],
  [{ value: null, goal: 1 }, null],
  [{ value: 3 }, null],
])('reachesGoal(%o) is %s', (changes, expected) => {
  expect(reachesGoal(row(changes))).toBe(expected);
});

test.each([
  [0, '0'],
  [24, '24'],
  [123_456, '123 456'],
  [67.04, '67.0'],
  [0.9513, '0.951'],
  [123.4, '123'],
  [1e-6, '1.0e-6'],
  [-3.14159, '-3.14'],
])('formatNumber(%d) reads %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

describe('figures files', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'figures-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('are read back as written, and nothing else is left behind', () => {
    const file = path.join(folder, 'deep', 'figures.json');
    writeFigures(file, 'sightline bench pipeline', [row({ goal: 95, noise: 0.5 })]);
    const figures = readFigures(file);
    expect(figures.rows).toEqual([row({ goal: 95, noise: 0.5 })]);
    expect(figures.command).toBe('sightline bench pipeline');
    expect(figures.machine).not.toContain(os.hostname());
    expect(readdirSync(path.dirname(file))).toEqual(['figures.json']);
  });

  test.each([
    ['{', /cannot be read as JSON/],
    ['{"rows":[]}', /command/],
    [JSON.stringify({ command: 'c', when: '2026-01-01T00:00:00Z', machine: 'm', rows: [{ case: 'a', metric: 'b', value: 'x', unit: '' }] }), /rows\.0\.value/],
  ])('name the mistake in %s', (content, message) => {
    const file = path.join(folder, 'broken.json');
    writeFileSync(file, content);
    expect(() => readFigures(file)).toThrow(message);
  });
});
