import type { Figure } from '../figures.js';
import { historyParts } from './dashboard-history.js';
import { pageParts } from './dashboard-page.js';
import { runParts } from './dashboard-part.js';
import { createStage } from './dashboard-stage.js';
import { viewerParts } from './dashboard-viewers.js';
import { wallParts } from './dashboard-wall.js';

/**
 * The dashboard, measured in a real Chromium on a real gateway that is fed with made-up results:
 *
 *     const rows = await benchDashboard({ progress: console.error });
 *
 * It ends by itself within nine minutes; a part that fails or takes too long leaves rows that say so.
 */
export const describeDashboard =
  'First-load JavaScript is every script that an empty browser fetches until the page is quiet, gzipped. Phone: 4 × slower processor, 1.6 Mbit/s,\n' +
  '150 ms. Main thread: 20 cameras with pictures at 5 Hz, all in view; browser and gateway share this machine’s cores. Viewers: one gateway on one\n' +
  'core, its load on another; from the making of a value to its arrival.';

export interface DashboardBenchOptions {
  /** All of it together. */
  readonly seconds?: number;
  /** Words; only parts whose name holds one of them are measured. Default: all. */
  readonly only?: readonly string[];
  readonly progress: (what: string) => void;
}

const wholeSeconds = 520;

export async function benchDashboard({ seconds = wholeSeconds, only, progress }: DashboardBenchOptions): Promise<Figure[]> {
  const end = new AbortController();
  const stage = createStage(end.signal);
  try {
    const all = [...pageParts(stage).slice(0, 2), ...wallParts(stage), ...viewerParts(stage), ...historyParts(), ...pageParts(stage).slice(2)];
    return await runParts(all.filter(({ name }) => !only || only.some((word) => name.includes(word))), { seconds, progress });
  } finally {
    end.abort();
  }
}
