import type { Figure } from '../figures.js';

/**
 * A part of a long measurement. It says before it runs which figures it will give: one that fails or takes too long
 * leaves a row for each of them that says so, and the rest goes on.
 *
 *     await runParts([{ name: 'a phone', seconds: 60, figures: { lcp: { case: 'live', metric: 'LCP', unit: 's', goal: 2, better: 'lower' } }, run: async () => ({ lcp: 1.4 }) }], { seconds: 500, progress });
 */
export interface Part<Key extends string = string> {
  readonly name: string;
  /** Longer than this on a quiet machine, it is given up. */
  readonly seconds: number;
  readonly figures: Readonly<Record<Key, Omit<Figure, 'value'>>>;
  run(signal: AbortSignal): Promise<Readonly<Record<Key, Measured>>>;
}
export type Measured = number | { readonly value: number | null; readonly note: string };

/** Keeps the keys of a part's figures and of its answer the same. */
export function part<Key extends string>(one: Part<Key>): Part<Key> {
  return one;
}

export interface PartsOptions {
  /** All parts together. */
  readonly seconds: number;
  readonly progress: (what: string) => void;
}

/** A part needs at least this to say anything. */
const leastSeconds = 5;

export async function runParts(parts: readonly Part[], { seconds, progress }: PartsOptions): Promise<Figure[]> {
  const end = performance.now() + seconds * 1000;
  const rows: Figure[] = [];
  for (const one of parts) {
    const left = (end - performance.now()) / 1000;
    const began = performance.now();
    progress(one.name);
    const measured = left < leastSeconds ? `no time was left of ${seconds} s` : await runPart(one, Math.min(one.seconds, left));
    if (typeof measured === 'string') progress(`${one.name}: ${measured}`);
    else progress(`${one.name}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
    for (const [key, figure] of Object.entries(one.figures)) {
      const answer = typeof measured === 'string' ? { value: null, note: measured } : (measured[key] ?? { value: null, note: 'not measured' });
      rows.push({ ...figure, ...(typeof answer === 'number' ? { value: answer } : answer) });
    }
  }
  return rows;
}

/** The figures, or why there are none. */
async function runPart(one: Part, seconds: number): Promise<Readonly<Record<string, Measured>> | string> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      stop.abort();
      resolve(`not done after ${Math.round(seconds)} s`);
    }, seconds * 1000);
  });
  const run = one.run(stop.signal).catch((error: unknown) => `failed: ${reason(error)}`);
  try {
    return await Promise.race([run, late]);
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

const longestReason = 160;

/** One line: of a program that ended, the one that names its error. */
function reason(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n');
  return (lines.find((line) => /^\s*\w*Error\b/.test(line)) ?? lines[0]!).trim().slice(0, longestReason);
}

export function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
