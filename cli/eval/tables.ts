import { readFileSync, writeFileSync } from 'node:fs';
import { SightlineError } from '@sightline/runtime/errors';
import stringWidth from 'string-width';
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

/** Writes the page anew; answers whether that changed it. Files are named relative to `root`. */
export function updateDocs(page: string, root = '.'): boolean {
  const before = readFileSync(page, 'utf8');
  const after = filled(before, page, (file) => readFigures(`${root}/${file}`));
  if (after !== before) writeFileSync(page, after);
  return after !== before;
}

/** The page with every place filled; throws USAGE when it has none. */
export function filled(text: string, page: string, read: (file: string) => Figures): string {
  let places = 0;
  const after = text.replace(place, (_whole, begin: string, _name: string, file: string, end: string) => {
    places += 1;
    return `${begin}${figuresTable(read(file))}${end}`;
  });
  if (places === 0) throw new SightlineError('USAGE', `${page} has no place for figures`, { remedy: 'write <!-- figures:NAME FILE --> and <!-- /figures --> where the table belongs' });
  return after;
}

/** The files that the places of a page name. */
export function figureFiles(text: string): string[] {
  return [...text.matchAll(place)].map((match) => match[3]!);
}

/** A table with a line per case and a column per metric, and below it how it was made. */
export function figuresTable({ command, when, machine, rows }: Figures): string {
  const metrics = [...new Set(rows.map(({ metric }) => metric))];
  const cases = [...new Set(rows.map((row) => row.case))];
  const at = new Map(rows.map((row) => [`${row.case}\n${row.metric}`, row]));
  const header = ['case', ...metrics.map((metric) => withUnit(metric, rows))];
  const lines = cases.map((name) => [name, ...metrics.map((metric) => cell(at.get(`${name}\n${metric}`)))]);
  const legend = rows.some(({ goal, peer }) => goal !== undefined || peer !== undefined) ? ' In brackets the goal (✓ reached, ✗ not) and what the best peer reaches.' : '';
  const notes = [...new Set(rows.flatMap(({ note }) => note ?? []))].map((note) => `\n- ${note}`).join('');
  return `\n${markdownTable(header, lines)}\n\n\`${command}\`, ${when.slice(0, 10)}, ${machine}.${legend}${notes ? `\n${notes}` : ''}\n\n`;
}

function withUnit(metric: string, rows: readonly Figure[]): string {
  const units = new Set(rows.filter((row) => row.metric === metric).map(({ unit }) => unit));
  const [unit] = units;
  return units.size === 1 && unit ? `${metric}, ${unit}` : metric;
}

function cell(row: Figure | undefined): string {
  if (!row) return '';
  if (row.value === null) return '–';
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
