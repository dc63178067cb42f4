import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SightlineError } from '@sightline/runtime/errors';
import stringWidth from 'string-width';
import { needs } from '../bench/distributed/arithmetic.js';
import { formatGoal, formatNumber, goalMark, readFigures, type Figure, type Figures } from '../figures.js';

/**
 * The tables in docs/ are made from files of figures. A page holds the place of each between two marks:
 *
 *     <!-- figures:tracking docs/figures/tracking.json -->
 *     <!-- /figures -->
 *
 *     updateDocs('docs/accuracy.md'); // fills every place
 */
const place = /(<!-- figures:(\S+) (\S+) -->\n)[\s\S]*?(<!-- \/figures -->)/g;

/** Writes the page anew; answers whether that changed it. Files are named relative to `root`; a place whose file is missing stays as it is. */
export function updateDocs(page: string, root = '.'): boolean {
  const before = readFileSync(page, 'utf8');
  const after = filled(before, page, root);
  if (after !== before) writeFileSync(page, after);
  return after !== before;
}

/** Every page of a folder, and of those in it, that has places; answers which were changed. Files are named relative to the folder's parent. */
export function updateAll(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name))
    .filter((page) => figureFiles(readFileSync(page, 'utf8')).length > 0 && updateDocs(page, path.dirname(path.resolve(folder))));
}

/** Places whose name says that more, or less, is made of the figures than a table of all of them. */
const renderers: Readonly<Record<string, (figures: Figures) => string>> = {
  needs,
  'zone-line': only(/^(traffic|road) /),
  'zone-area': only(/^counter /),
  'zone-queue': only(/^queue[ ,]/),
  'zone-stalls': only(/^(plaza stalls|car park) /),
  'zone-shelf': only(/^shelf /),
};

/** Tables of the cases whose name fits. */
function only(cases: RegExp): (figures: Figures) => string {
  return (figures) => figuresTables({ ...figures, rows: figures.rows.filter((row) => cases.test(row.case)) });
}

/** The page with its places filled; throws USAGE when it has none. */
export function filled(text: string, page: string, root: string): string {
  if (figureFiles(text).length === 0) throw new SightlineError('USAGE', `${page} has no place for figures`, { remedy: 'write <!-- figures:NAME FILE --> and <!-- /figures --> where the table belongs' });
  return text.replace(place, (whole, begin: string, name: string, file: string, end: string) => {
    const from = path.join(root, file);
    return existsSync(from) ? `${begin}${(renderers[name] ?? figuresTables)(readFigures(from))}${end}` : whole;
  });
}

/** The files that the places of a page name. */
export function figureFiles(text: string): string[] {
  return [...text.matchAll(place)].map((match) => match[3]!);
}

/** A table with a line per case and a column per metric, one for each group of cases that have the same metrics, and below how they were made. */
export function figuresTables({ command, when, machine, rows }: Figures): string {
  const groups = new Map<string, Figure[]>();
  for (const name of new Set(rows.map((row) => row.case))) {
    const own = rows.filter((row) => row.case === name);
    const key = own.map(({ metric, unit }) => `${metric}, ${unit}`).join('\n');
    groups.set(key, [...(groups.get(key) ?? []), ...own]);
  }
  const legend = rows.some(({ goal, peer }) => goal !== undefined || peer !== undefined) ? ' In brackets the goal (✓ reached, ✗ not) and what the best peer reaches.' : '';
  const noise = rows.some((row) => row.noise) ? ' ± is how far equal runs differ.' : '';
  return `\n${[...groups.values()].map(tableOf).join('\n\n')}\n\n\`${command}\`, ${when.slice(0, 10)}, ${machine}.${legend}${noise}\n\n`;
}

function tableOf(rows: readonly Figure[]): string {
  const metrics = [...new Set(rows.map(({ metric }) => metric))];
  const cases = [...new Set(rows.map((row) => row.case))];
  const at = new Map(rows.map((row) => [`${row.case}\n${row.metric}`, row]));
  const header = ['case', ...metrics.map((metric) => withUnit(metric, rows))];
  return markdownTable(
    header,
    cases.map((name) => [name, ...metrics.map((metric) => cell(at.get(`${name}\n${metric}`)))]),
  );
}

function withUnit(metric: string, rows: readonly Figure[]): string {
  const units = new Set(rows.filter((row) => row.metric === metric).map(({ unit }) => unit));
  const [unit] = units;
  return units.size === 1 && unit ? `${metric}, ${unit}` : metric;
}

function cell(row: Figure | undefined): string {
  if (!row) return '';
  if (row.value === null) return row.note === undefined ? '–' : `– (${row.note})`;
  const noise = row.noise ? ` ± ${formatNumber(row.noise)}` : '';
  const beside = [row.goal !== undefined && `${formatGoal(row)} ${goalMark(row)}`, row.peer !== undefined && `peer ${formatNumber(row.peer)}`].filter((part) => part !== false);
  return `${formatNumber(row.value)}${noise}${beside.length > 0 ? ` (${beside.join(', ')})` : ''}`;
}

function markdownTable(header: readonly string[], lines: readonly (readonly string[])[]): string {
  const escaped = [header, ...lines].map((line) => line.map((text) => text.replaceAll('|', '\\|')));
  const widths = header.map((_, column) => Math.max(3, ...escaped.map((line) => stringWidth(line[column] ?? ''))));
  const write = (line: readonly string[]): string => `| ${line.map((text, column) => text + ' '.repeat(widths[column]! - stringWidth(text))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [write(escaped[0]!), rule, ...escaped.slice(1).map(write)].join('\n');
}
