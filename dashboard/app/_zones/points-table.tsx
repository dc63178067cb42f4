'use client';

import type { Point } from '@sightline/schemas/shapes';
import { Trash2 } from 'lucide-react';
import { useText } from '../_text/text';
import { round, type Draft } from './draft';
import '../_text/en-zones';

/** Every point as numbers, in percent of the picture. */
export function PointsTable({ draft, part, change }: { readonly draft: Draft; /** Of which of its shapes. */ readonly part: number; readonly change: (draft: Draft, gesture: string | null) => void }) {
  const { t } = useText();
  const shape = draft.shapes[part];
  if (!shape) return null;
  const set = (points: readonly Point[], gesture: string | null): void => change({ ...draft, shapes: draft.shapes.map((old, i) => (i === part ? { ...old, points } : old)) }, gesture);
  const input = (i: number, axis: 0 | 1): React.ReactNode => (
    <input
      type="number"
      min={0}
      max={100}
      step={0.5}
      aria-label={t(axis === 0 ? 'zones.x' : 'zones.y', { n: i + 1 })}
      value={Math.round(shape.points[i]![axis] * 1000) / 10}
      onChange={(event) => {
        const value = Number(event.target.value);
        if (event.target.value === '' || !Number.isFinite(value)) return;
        set(shape.points.map((point, j): Point => (j !== i ? point : axis === 0 ? [round(value / 100), point[1]] : [point[0], round(value / 100)])), `number-${part}-${i}-${axis}`);
      }}
      className="tabular h-9 w-full min-w-0 rounded-lg border border-control bg-surface px-2 text-sm"
    />
  );
  return (
    <table className="w-full text-sm">
      <thead>
        <tr className="text-left text-xs text-muted">
          <th className="w-8 font-medium">#</th>
          <th className="font-medium">x %</th>
          <th className="font-medium">y %</th>
          <th className="w-10">
            <span className="sr-only">{t('zones.deletePoint')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {shape.points.map((_, i) => (
          <tr key={i}>
            <td className="tabular py-0.5 text-muted">{i + 1}</td>
            <td className="py-0.5 pr-2">{input(i, 0)}</td>
            <td className="py-0.5 pr-2">{input(i, 1)}</td>
            <td>
              <button type="button" title={t('zones.deletePointN', { n: i + 1 })} onClick={() => set(shape.points.filter((__, j) => j !== i), null)} className="grid size-9 place-items-center rounded-lg text-muted hover:text-bad">
                <Trash2 aria-hidden className="size-4" />
                <span className="sr-only">{t('zones.deletePointN', { n: i + 1 })}</span>
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
