import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SightlineError } from '@sightline/runtime/errors';
import stringWidth from 'string-width';
import { z } from 'zod';

/**
 * Figures: what every command that measures prints and, with `--json FILE`, writes. The tables in docs/ are made from
 * these files (eval/tables.ts), and the regression gate reads them.
 *
 *     const rows = [{ case: 'PETS yolox 10 fps', metric: 'HOTA', value: 67.4, unit: '%', goal: 67, peer: 55 }];
 *     printTable(rows);
 *     if (options.json) writeFigures(options.json, 'sightline eval tracking', rows);
 */
export const figureSchema = z.strictObject({
  case: z.string().min(1),
  metric: z.string().min(1),
  /** null: could not be measured here; `note` says why. */
  value: z.number().nullable(),
  /** `%`, `s`, `ms`, `fps`, `MB`; empty for counts and ratios. */
  unit: z.string(),
  goal: z.number().optional(),
  /** What the best peer reaches on the same input. */
  peer: z.number().optional(),
  /** Which way is good; decides whether the goal is a floor or a ceiling. Default: higher. */
  better: z.enum(['higher', 'lower']).optional(),
  /** How far the value may move between equal runs, in its unit; the regression gate allows no more. Default 0. */
  noise: z.number().nonnegative().optional(),
  note: z.string().optional(),
});
export type Figure = z.infer<typeof figureSchema>;

export const figuresSchema = z.strictObject({
  command: z.string().min(1),
  /** ISO 8601, UTC. */
  when: z.iso.datetime(),
  /** Processor, cores, memory, Node; no name of the machine. */
  machine: z.string(),
  rows: z.array(figureSchema),
});
export type Figures = z.infer<typeof figuresSchema>;

/** Writes the file whole or not at all. `when` defaults to now, `machine` to this one. */
export function writeFigures(file: string, command: string, rows: readonly Figure[], about: Partial<Pick<Figures, 'when' | 'machine'>> = {}): void {
  const figures: Figures = { command, when: about.when ?? new Date().toISOString(), machine: about.machine ?? describeMachine(), rows: [...rows] };
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  writeFileSync(unfinished, `${JSON.stringify(figures, null, 2)}\n`);
  renameSync(unfinished, file);
}

/** Rejects what is not a file of figures with USAGE, naming the first mistake. */
export function readFigures(file: string): Figures {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new SightlineError('USAGE', `${file}: cannot be read as JSON (${cause instanceof Error ? cause.message : String(cause)})`, { cause });
  }
  const parsed = figuresSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new SightlineError('USAGE', `${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not a file of figures'}`, {
    remedy: 'give a file that a command wrote with --json',
  });
}

/** Whether a figure reaches its goal; null when it has none or was not measured. */
export function reachesGoal({ value, goal, better }: Figure): boolean | null {
  if (goal === undefined || value === null) return null;
  return better === 'lower' ? value <= goal : value >= goal;
}

/** An aligned table for a terminal, one figure a line, goals and peers beside the values. */
export function printTable(rows: readonly Figure[], write: (text: string) => void = (text) => void process.stdout.write(text)): void {
  const withGoal = rows.some((row) => row.goal !== undefined);
  const withPeer = rows.some((row) => row.peer !== undefined);
  const withNote = rows.some((row) => row.note !== undefined);
  const header = ['case', 'metric', 'value', '', ...(withGoal ? ['goal', ''] : []), ...(withPeer ? ['peer'] : []), ...(withNote ? ['note'] : [])];
  const lines = rows.map((row, i) => [
    rows[i - 1]?.case === row.case ? '' : row.case,
    row.metric,
    row.value === null ? '–' : formatNumber(row.value),
    row.unit,
    ...(withGoal ? [formatGoal(row), goalMark(row)] : []),
    ...(withPeer ? [row.peer === undefined ? '' : formatNumber(row.peer)] : []),
    ...(withNote ? [row.note ?? ''] : []),
  ]);
  const numeric = new Set(['value', 'goal', 'peer']);
  const widths = header.map((title, column) => Math.max(...[title, ...lines.map((line) => line[column] ?? '')].map((cell) => stringWidth(cell))));
  const print = (cells: readonly string[]): void => {
    const padded = cells.map((cell, column) => {
      const gap = ' '.repeat(widths[column]! - stringWidth(cell));
      return numeric.has(header[column]!) ? gap + cell : cell + gap;
    });
    write(`${padded.join('  ').trimEnd()}\n`);
  };
  print(header);
  write(`${'─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2))}\n`);
  lines.forEach(print);
}

/** Three significant digits or all of a whole number; the same figure always reads the same. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return value.toLocaleString('en-US').replaceAll(',', ' ');
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  if (size >= 1) return value.toFixed(2);
  if (size >= 0.001) return value.toFixed(3);
  return value.toExponential(1);
}

export function formatGoal({ goal, better }: Figure): string {
  if (goal === undefined) return '';
  return `${better === 'lower' ? '≤' : '≥'} ${formatNumber(goal)}`;
}

export function goalMark(row: Figure): string {
  const reached = reachesGoal(row);
  if (reached === null) return '';
  return reached ? '✓' : '✗';
}

/** `Intel Xeon …, 2 cores, 8 GB, linux x64, Node 20.20`. */
export function describeMachine(): string {
  const cpus = os.cpus();
  const gigabytes = Math.round(os.totalmem() / 2 ** 30);
  return `${cpus[0]?.model.trim() ?? 'unknown processor'}, ${cpus.length} cores, ${gigabytes} GB, ${os.platform()} ${os.arch()}, Node ${process.versions.node}`;
}
