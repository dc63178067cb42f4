import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { explainRegression, regressions } from 'sightline/eval/gate';
import { readFigures, type Figure } from 'sightline/figures';

export const repository = fileURLToPath(new URL('../../', import.meta.url));
export const dataFolder = process.env['SIGHTLINE_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** What fell below the record, one line each; the record is a file of docs/figures. */
export function fallsBelow(record: string, measured: readonly Figure[]): string[] {
  const file = `${repository}docs/figures/${record}.json`;
  if (!existsSync(file)) throw new Error(`nothing is on record in ${file}; make it by the command that docs/accuracy.md names`);
  const recorded = readFigures(file).rows;
  const cases = new Set(measured.map((row) => row.case));
  if (!recorded.some((row) => cases.has(row.case))) throw new Error(`no case of ${file} was measured: ${[...cases].join(', ')}`);
  return regressions(recorded, measured).map(explainRegression);
}
