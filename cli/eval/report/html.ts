import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { formatGoal, formatNumber, goalMark, type Figure } from '../../figures.js';
import type { Failure, Mark } from './failure.js';

/**
 * A report in one file that needs nothing else: what was counted in words, the figures, and a picture of everything that
 * went wrong.
 *
 *     await writeReport('report.html', { title: 'door.mp4', sections, picture: (failure) => frameAt('door.mp4', failure.at) });
 */
export interface Report {
  readonly title: string;
  /** How to make it again. */
  readonly command: string;
  /** ISO 8601. */
  readonly when: string;
  readonly sections: readonly ReportSection[];
  /** A JPEG of the frame, or null. */
  picture(failure: Failure): Promise<Buffer | null>;
}

export interface ReportSection {
  readonly heading: string;
  /** What a manager understands. */
  readonly summary: string;
  readonly figures: readonly Figure[];
  readonly failures: readonly Failure[];
}

/** Some 20 MB of pictures; a browser opens that at once. What lies beyond is listed without a picture. */
const mostPictures = 400;

export async function writeReport(file: string, report: Report): Promise<void> {
  let left = mostPictures;
  const sections: string[] = [];
  for (const section of report.sections) {
    const pictures: string[] = [];
    for (const failure of section.failures) {
      const jpeg = left > 0 ? await report.picture(failure) : null;
      left -= 1;
      pictures.push(figureOf(failure, jpeg));
    }
    sections.push(sectionOf(section, pictures));
  }
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  writeFileSync(`${file}.part`, page(report, sections));
  renameSync(`${file}.part`, file);
}

function sectionOf({ heading, summary, figures, failures }: ReportSection, pictures: readonly string[]): string {
  const withGoal = figures.some(({ goal }) => goal !== undefined);
  const withPeer = figures.some(({ peer }) => peer !== undefined);
  const rows = figures.map((figure) => {
    const value = figure.value === null ? '–' : `${formatNumber(figure.value)}${figure.unit && ` ${figure.unit}`}`;
    const goal = withGoal ? `<td>${escape(`${formatGoal(figure)} ${goalMark(figure)}`)}</td>` : '';
    const peer = withPeer ? `<td>${figure.peer === undefined ? '' : formatNumber(figure.peer)}</td>` : '';
    return `<tr><td>${escape(figure.case)}</td><td>${escape(figure.metric)}</td><td>${escape(value)}</td>${goal}${peer}</tr>`;
  });
  const head = `<tr><th>case</th><th>metric</th><th>value</th>${withGoal ? '<th>goal</th>' : ''}${withPeer ? '<th>best peer</th>' : ''}</tr>`;
  const table = figures.length === 0 ? '' : `<details><summary>Figures</summary><table>${head}${rows.join('')}</table></details>`;
  const gallery = failures.length === 0 ? '<p class="good">Nothing went wrong.</p>' : `<div class="gallery">${pictures.join('\n')}</div>`;
  return `<section><h2>${escape(heading)}</h2><p class="summary">${escape(summary)}</p>${table}${gallery}</section>`;
}

function figureOf({ what, caption, marks }: Failure, jpeg: Buffer | null): string {
  const overlay = `<svg viewBox="0 0 1 1" preserveAspectRatio="none">${marks.map(drawn).join('')}</svg>`;
  const picture = jpeg ? `<div class="frame"><img alt="" src="data:image/jpeg;base64,${jpeg.toString('base64')}">${overlay}</div>` : '<div class="frame none">no picture</div>';
  return `<figure class="${what.replace(' ', '-')}">${picture}<figcaption>${escape(caption)}</figcaption></figure>`;
}

function drawn(mark: Mark): string {
  const at = (x: number, y: number): string => `${x.toFixed(4)},${y.toFixed(4)}`;
  if (mark.shape === 'box') {
    const { x, y, w, h } = mark.box;
    const text = mark.text === undefined ? '' : `<title>${escape(mark.text)}</title>`;
    return `<rect class="${mark.tone}" x="${x.toFixed(4)}" y="${y.toFixed(4)}" width="${w.toFixed(4)}" height="${h.toFixed(4)}">${text}</rect>`;
  }
  // A line of no length with round ends is a dot that stays round however the picture is stretched.
  if (mark.shape === 'point') return `<path class="${mark.tone} dot" d="M${at(...mark.point)}h0"/>`;
  const points = mark.points.map(([x, y]) => at(x, y)).join(' ');
  return `<${mark.shape === 'line' ? 'polyline' : 'polygon'} class="${mark.tone}" points="${points}"/>`;
}

function page({ title, command, when }: Report, sections: readonly string[]): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
.summary { font-size: 1.25rem; }
.good { color: light-dark(#1a6b2c, #7bd88f); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .1rem .8rem .1rem 0; text-align: left; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1rem; margin-top: 1rem; }
figure { margin: 0; border-top: 4px solid #c2410c; }
figure.missed { border-color: #b91c1c; } figure.switch { border-color: #6d28d9; }
.frame { position: relative; background: #8883; min-height: 3rem; }
.frame.none { display: grid; place-items: center; }
.frame img { display: block; width: 100%; }
svg { position: absolute; inset: 0; width: 100%; height: 100%; }
svg { filter: drop-shadow(0 0 1px #000) drop-shadow(0 0 1px #000); }
svg * { fill: none; stroke-width: 2px; vector-effect: non-scaling-stroke; }
.place { stroke: #fff; stroke-dasharray: 5 4; } .truth { stroke: #22c55e; } .said { stroke: #fb923c; }
.dot { stroke-width: 11px; stroke-linecap: round; }
figcaption { font-size: .9rem; }
section { border-top: 1px solid #8885; margin-top: 2rem; }
.legend { max-width: 60rem; opacity: .85; }
.bar { border-top: 4px solid #c2410c; } .bar.missed { border-color: #b91c1c; } .bar.switch { border-color: #6d28d9; }
footer { margin-top: 3rem; font-size: .85rem; opacity: .8; }
</style>
<h1>${escape(title)}</h1>
<p class="legend">Pictures of everything that went wrong, under a <span class="bar missed">red</span> bar what was missed, <span class="bar">orange</span> what was said and did not happen so, <span class="bar switch">violet</span> who changed its name. Drawn in white: the zone; green: what is true; orange: what Sightline said.</p>
${sections.join('\n')}
<footer>Made ${escape(`${when.slice(0, 16).replace('T', ' ')} UTC`)} by <code>${escape(command)}</code>.</footer>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[character]!);
}
