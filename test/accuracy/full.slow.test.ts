import { existsSync } from 'node:fs';
import { openForEval } from 'sightline/eval/open-model';
import { evaluateDetection } from 'sightline/eval/detection';
import { evaluateDrift } from 'sightline/eval/drift';
import { evaluateEvents } from 'sightline/eval/events';
import { evaluateTracking } from 'sightline/eval/tracking';
import type { Figure } from 'sightline/figures';
import { describe, expect, it } from 'vitest';
import { dataFolder, fallsBelow, repository } from './record.js';

/** The whole of docs/accuracy.md, measured again. Half an hour on two cores the first time; what detectors saw is kept. */
const models = ['default', 'yolox-nano'];
const open = (name: string): ReturnType<typeof openForEval> => openForEval(name, dataFolder);
const cache = `${repository}.sightline/eval`;

const parts: Record<string, () => Promise<Figure[]>> = {
  tracking: () => evaluateTracking({ dataFolder, jitter: 0.15 }),
  detection: () => evaluateDetection({ dataFolder, models, rates: [10, 5], open }),
  events: () => evaluateEvents({ dataFolder, models, open, cache }),
  drift: async () => {
    const detector = await open('default');
    return evaluateDrift({ dataFolder, detector }).finally(() => detector.close());
  },
};

describe('accuracy', () => {
  for (const [record, measure] of Object.entries(parts)) {
    it.skipIf(!existsSync(`${repository}docs/figures/${record}.json`))(`${record} is no worse than on record`, async () => expect(fallsBelow(record, await measure())).toEqual([]), 3_600_000);
  }
});
