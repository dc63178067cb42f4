'use client';

import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useText } from '../_text/text';
import { formatMeasure, formatTime } from '../_ui/format';

/** One measure over time: its mean, the band from least to greatest, what it is compared with, and hatching where nothing is known. */
export interface ChartData {
  readonly at: readonly number[];
  readonly value: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  /** Values of the other span at the same places; null where there are none. */
  readonly other: readonly (number | null)[] | null;
}

export interface ChartProps {
  readonly data: ChartData;
  readonly measure: string;
  readonly colour: string;
  readonly timeZone: string;
  readonly label: string;
  readonly otherLabel: string;
  /** s since the Unix epoch. */
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly counts: boolean;
  readonly zoom: (from: number, to: number) => void;
}

const height = 220;
const daySeconds = 86_400;

export function Chart(props: ChartProps) {
  const { data, measure, colour, timeZone, label, otherLabel, from, to, step, counts, zoom } = props;
  const { language } = useText();
  const box = useRef<HTMLDivElement>(null);
  const onZoom = useRef(zoom);
  onZoom.current = zoom;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const style = getComputedStyle(element);
    const resolve = (name: string): string => style.getPropertyValue(name).trim();
    const ink = resolve('--muted');
    const grid = resolve('--edge');
    const line = colour.startsWith('var(') ? resolve(colour.slice(4, -1)) : colour;
    const format = (value: number | null): string => formatMeasure(measure, value, language);
    const time = (at: number): string => (to - from > 2 * daySeconds ? formatTime(at * 1000, timeZone, language, { weekday: 'short', day: 'numeric', month: 'short' }) : formatTime(at * 1000, timeZone, language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }));
    const font = '12px "Inter Variable", sans-serif';
    const paths = counts ? uPlot.paths.bars!({ size: [0.8, 40] }) : uPlot.paths.linear!();
    const hidden = { points: { show: false }, stroke: 'transparent' } as const;
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height,
        tzDate: (at) => uPlot.tzDate(new Date(at * 1000), timeZone),
        padding: [12, 8, 0, 0],
        legend: { show: false },
        cursor: { drag: { x: true, y: false, setScale: false }, sync: { key: 'history' }, points: { size: 8 } },
        scales: { x: { time: true, range: [from, to] }, y: { range: (_plot, low, high) => [Math.min(0, low ?? 0), Math.max((high ?? 0) * 1.1, 1)] } },
        axes: [
          { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 }, space: 70, values: (_plot, splits) => splits.map(time) },
          { stroke: ink, font, size: 56, grid: { stroke: grid, width: 1 }, ticks: { show: false }, incrs: incrementsOf(measure), values: (_plot, splits) => splits.map((value) => format(value)) },
        ],
        series: [
          {},
          { stroke: line, width: 2, fill: counts ? `${line}66` : undefined, paths, points: counts ? { show: false } : { show: true, size: 4, width: 0, fill: line, filter: alone }, spanGaps: false } as uPlot.Series,
          hidden,
          hidden,
          { stroke: ink, width: 1.5, dash: [5, 4], points: { show: false }, spanGaps: false },
        ],
        bands: counts ? [] : [{ series: [3, 2], fill: `${line}2e` }],
        hooks: {
          drawClear: [(drawn) => hatchGaps(drawn, data, from, to, step, ink)],
          setSelect: [
            (drawn) => {
              if (drawn.select.width < 6) return;
              const begin = drawn.posToVal(drawn.select.left, 'x');
              const end = drawn.posToVal(drawn.select.left + drawn.select.width, 'x');
              drawn.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              onZoom.current(begin, end);
            },
          ],
          setCursor: [(drawn) => showValues(drawn, element, (at) => formatTime(at * 1000, timeZone, language, { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }), format, otherLabel)],
        },
      },
      columnsOf(data, step) as uPlot.AlignedData,
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [data, measure, colour, timeZone, otherLabel, from, to, step, counts, language]);

  return <div ref={box} role="img" aria-label={label} className="relative h-[220px] w-full" data-chart={measure} data-points={data.at.length} />;
}

/** Places whose neighbours are unknown: no line leads through them, so they are dots. */
function alone(plot: uPlot, series: number): number[] {
  const values = plot.data[series]!;
  return Array.from(values, (_value, i) => i).filter((i) => values[i] != null && values[i - 1] == null && values[i + 1] == null);
}

/** Steps of the axis that are whole in the measure's own unit, so that no two labels read alike. */
function incrementsOf(measure: string): number[] {
  if (measure === 'fill' || measure === 'density') return [0.05, 0.1, 0.25, 0.5, 1];
  if (/wait|dwell/i.test(measure)) return [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
  return [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];
}

/** Columns for the plot, with a point of nothing after the last one before each gap: no line is drawn over what is not known. */
export function columnsOf({ at, value, low, high, other }: ChartData, step: number): (number | null)[][] {
  const columns: (number | null)[][] = [[], [], [], [], []];
  at.forEach((time, i) => {
    const last = at[i - 1];
    if (last !== undefined && time - last > step * 1.5) [last + step, null, null, null, null].forEach((cell, column) => columns[column]!.push(cell));
    [time, value[i] ?? null, low[i] ?? null, high[i] ?? null, other?.[i] ?? null].forEach((cell, column) => columns[column]!.push(cell));
  });
  return columns;
}

/** Where there is no sample at all, or the value is unknown. */
export function gapsOf(data: Pick<ChartData, 'at' | 'value'>, from: number, to: number, step: number): [number, number][] {
  const gaps: [number, number][] = [];
  let known = from;
  data.at.forEach((at, i) => {
    if (data.value[i] === null || data.value[i] === undefined) return;
    if (at - known > step * 1.5) gaps.push([known, at]);
    known = Math.max(known, at + step);
  });
  if (to - known > step * 1.5) gaps.push([known, to]);
  return gaps;
}

function hatchGaps(plot: uPlot, data: ChartData, from: number, to: number, step: number, ink: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const [begin, end] of gapsOf(data, from, to, step)) {
    const left = Math.max(bbox.left, plot.valToPos(begin, 'x', true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(end, 'x', true));
    if (right - left < 1) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.globalAlpha = 0.35;
    ctx.strokeStyle = ink;
    ctx.lineWidth = 1;
    ctx.beginPath();
    for (let x = left - bbox.height; x < right; x += 9) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}

function showValues(plot: uPlot, element: HTMLElement, time: (at: number) => string, format: (value: number | null) => string, otherLabel: string): void {
  let note = element.querySelector<HTMLElement>('[data-note]');
  if (!note) {
    note = document.createElement('div');
    note.dataset['note'] = '';
    note.className = 'tabular pointer-events-none absolute right-2 top-0 rounded-md border border-edge bg-raised px-2 py-1 text-xs';
    element.append(note);
  }
  const i = plot.cursor.idx;
  note.hidden = i === null || i === undefined;
  if (i === null || i === undefined) return;
  const other = plot.data[4]?.[i];
  note.textContent = `${time(plot.data[0][i]!)}  ${format(plot.data[1]?.[i] ?? null)}${other === null || other === undefined ? '' : `  (${otherLabel}: ${format(other)})`}`;
}
