'use client';

import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { getJson } from '../_live/rest';
import { useText } from '../_text/text';
import { Button, Card, Problem } from '../_ui/controls';
import '../_text/en-history';

interface Heat {
  readonly columns: number;
  readonly rows: number;
  readonly seconds: readonly number[];
  readonly dx: readonly number[];
  readonly dy: readonly number[];
}

/** Where objects stood, or which way they went, over the camera's picture. */
export function HeatMap({ camera, from, to }: { readonly camera: string; readonly from: number; readonly to: number }) {
  const { t } = useText();
  const [view, setView] = useState<'heat' | 'flow'>('heat');
  const [aspect, setAspect] = useState(16 / 9);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { data, error } = useQuery({ queryKey: ['heat', camera, from, to], queryFn: ({ signal }) => getJson<Heat>(`/api/v1/cameras/${encodeURIComponent(camera)}/heat?from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`, signal) });
  const empty = data !== undefined && data.seconds.every((seconds) => seconds === 0);

  useEffect(() => {
    if (!canvas.current || !data) return;
    if (view === 'heat') drawHeat(canvas.current, data);
    else drawFlow(canvas.current, data);
  }, [data, view, aspect]);

  return (
    <Card
      title={t('history.where', { camera })}
      aside={
        <div className="flex gap-2">
          {(['heat', 'flow'] as const).map((name) => (
            <Button key={name} look={view === name ? 'chosen' : 'plain'} aria-pressed={view === name} onClick={() => setView(name)}>
              {t(`history.${name}`)}
            </Button>
          ))}
        </div>
      }
    >
      {error && <Problem error={error} />}
      <div className="relative w-full overflow-hidden rounded-lg bg-[#0b0f16]" style={{ aspectRatio: String(aspect) }}>
        <img src={`/api/v1/cameras/${encodeURIComponent(camera)}/picture.jpg`} alt="" className="absolute inset-0 size-full object-fill brightness-75 grayscale" onLoad={({ currentTarget }) => setAspect(currentTarget.naturalWidth / currentTarget.naturalHeight)} />
        <canvas ref={canvas} role="img" aria-label={t(`history.${view}Label`, { camera })} className="absolute inset-0 size-full" />
        {empty && <p className="absolute inset-0 grid place-items-center text-sm text-white"><span className="rounded-md bg-[#06090e]/75 px-3 py-1.5">{t('history.noTracks')}</span></p>}
      </div>
    </Card>
  );
}

/** From rare to often: readable in grey too, since it only grows lighter. */
const ramp = ['#2a1a5e', '#7b2382', '#c73e64', '#f4793b', '#fbc43f', '#fcffa4'] as const;

function drawHeat(canvas: HTMLCanvasElement, { columns, rows, seconds }: Heat): void {
  canvas.width = columns * 12;
  canvas.height = rows * 12;
  const context = canvas.getContext('2d')!;
  context.clearRect(0, 0, canvas.width, canvas.height);
  // The busiest hundredth would hide the rest.
  const sorted = seconds.filter((value) => value > 0).sort((a, b) => a - b);
  const high = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  if (high === 0) return;
  seconds.forEach((value, i) => {
    if (value === 0) return;
    const share = Math.min(1, Math.sqrt(value / high));
    context.fillStyle = ramp[Math.min(ramp.length - 1, Math.floor(share * ramp.length))]!;
    context.globalAlpha = 0.35 + 0.5 * share;
    context.fillRect((i % columns) * 12, Math.floor(i / columns) * 12, 12, 12);
  });
  context.globalAlpha = 1;
}

/** Arrows of cells in which at least this many seconds were spent; one of a block of 2 × 2 cells. */
const leastSeconds = 0.5;

function drawFlow(canvas: HTMLCanvasElement, { columns, rows, seconds, dx, dy }: Heat): void {
  const cell = 20;
  canvas.width = columns * cell;
  canvas.height = rows * cell;
  const context = canvas.getContext('2d')!;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.lineCap = context.lineJoin = 'round';
  for (let row = 0; row < rows; row += 2) {
    for (let column = 0; column < columns; column += 2) {
      let [s, x, y] = [0, 0, 0];
      for (const i of [row * columns + column, row * columns + column + 1, (row + 1) * columns + column, (row + 1) * columns + column + 1]) {
        s += seconds[i] ?? 0;
        x += (dx[i] ?? 0) * (seconds[i] ?? 0);
        y += (dy[i] ?? 0) * (seconds[i] ?? 0);
      }
      const length = Math.hypot(x, y);
      if (s < leastSeconds || length === 0) continue;
      const [ux, uy] = [x / length, y / length];
      const [cx, cy] = [(column + 1) * cell, (row + 1) * cell];
      const half = cell * 0.75;
      const path = new Path2D();
      path.moveTo(cx - ux * half, cy - uy * half);
      path.lineTo(cx + ux * half, cy + uy * half);
      path.lineTo(cx + ux * half - (ux + uy) * 7, cy + uy * half - (uy - ux) * 7);
      path.moveTo(cx + ux * half, cy + uy * half);
      path.lineTo(cx + ux * half - (ux - uy) * 7, cy + uy * half - (uy + ux) * 7);
      context.strokeStyle = 'rgb(6 9 14 / 80%)';
      context.lineWidth = 6;
      context.stroke(path);
      context.strokeStyle = '#fbc43f';
      context.lineWidth = 3;
      context.stroke(path);
    }
  }
}
