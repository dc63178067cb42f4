import { readFileSync } from 'node:fs';
import { evaluateTracking } from 'sightline/eval/tracking';
import { figureFiles, filled } from 'sightline/eval/tables';
import { describe, expect, it } from 'vitest';
import { dataFolder, fallsBelow, repository } from './record.js';

/** The regression gate: what can be measured in seconds, against what docs/accuracy.md has on record. */
describe('accuracy', () => {
  it('tracking from boxes alone is no worse than on record', async () => {
    expect(fallsBelow('tracking-boxes', await evaluateTracking({ dataFolder, pixels: false, jitter: 0.15 }))).toEqual([]);
  }, 120_000);

  it('docs/accuracy.md shows the figures on record', () => {
    const page = readFileSync(`${repository}docs/accuracy.md`, 'utf8');
    expect(figureFiles(page)).toContain('docs/figures/tracking-boxes.json');
    expect(filled(page, 'docs/accuracy.md', repository), 'write the tables anew: npm run sightline -- eval --update-docs').toBe(page);
  });
});
