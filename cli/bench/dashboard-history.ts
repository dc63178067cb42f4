import { part, round, type Part } from './dashboard-part.js';
import { benchCore, measuringProgram, runPinned } from './pinned.js';

/** What the history page asks, through the gateway and the embedded store. `bench store` asks the store alone, at full size. */
const questions = ['ten minutes', 'an hour', 'a day', 'crossings of a day', 'newest events of a zone', 'longest waits of a zone', 'heat of an hour'] as const;
/** Of two days of 50 cameras (10⁸ samples): what can be made, sorted and asked in two minutes. */
const scale = 0.2;

export function historyParts(): readonly Part[] {
  return [
    part<string>({
      name: 'history',
      seconds: 150,
      figures: Object.fromEntries(questions.map((name) => [name, { case: `history, ${name}`, metric: 'p95', unit: 'ms', goal: 50, better: 'lower' }])),
      async run(signal) {
        const { rows, p95 } = await runPinned<{ rows: number; p95: Record<string, number> }>(benchCore(), process.execPath, [measuringProgram('dashboard-history'), String(scale)], signal);
        return Object.fromEntries(questions.map((name) => [name, { value: round(p95[name]!, 1), note: `from the request to the whole answer, ${(rows / 1e6).toFixed(1)} million rows of ${(scale * 2 * 24).toFixed(0)} h of 50 cameras` }]));
      },
    }),
  ];
}
