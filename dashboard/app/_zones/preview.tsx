'use client';

import type { Point } from '@sightline/schemas/shapes';
import { measureText } from '../_live/attention';
import { classText, eventText } from '../_live/event-text';
import { sendJson } from '../_live/rest';
import type { Text } from '../_text/text';
import { formatMeasure, formatNumber, formatTime } from '../_ui/format';
import type { Hit } from './canvas';
import { zoneOf, type Draft } from './draft';
import '../_text/en-zones';

/** What the draft would have counted. */
export interface PreviewAnswer {
  readonly from: number;
  readonly to: number;
  readonly tracks: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly events: readonly { readonly kind: string; readonly at: number; readonly direction?: 'in' | 'out'; readonly seconds?: number; readonly point?: Point; readonly cls?: string; readonly part?: string }[];
  readonly peaks: Readonly<Record<string, { readonly value: number; readonly at: number }>>;
  readonly unsupported?: string;
}

export function preview(draft: Draft, camera: string, hours: number): Promise<PreviewAnswer> {
  return sendJson<PreviewAnswer>('POST', '/api/v1/zones/preview', { zone: JSON.parse(JSON.stringify(zoneOf(draft, camera))) as unknown, camera, hours });
}

export function hitsOf(answer: PreviewAnswer, draft: Draft, timezone: string, text: Text): Hit[] {
  return answer.events.flatMap((event) => {
    if (!event.point) return [];
    const what = eventText({ ...event, id: '', camera: '', zone: draft.name, zoneKind: draft.kind }, text);
    return [{ at: event.at / 1000, kind: event.kind, point: event.point, text: `${formatTime(event.at / 1000, timezone, text.language)} ${what}` }];
  });
}

export function PreviewResult({ answer, text, timezone }: { readonly answer: PreviewAnswer; readonly text: Text; readonly timezone: string }) {
  const { t, plural, language } = text;
  if (answer.unsupported !== undefined) return <p className="text-sm text-muted">{answer.unsupported}</p>;
  const counts = Object.entries(answer.counts).sort((a, b) => b[1] - a[1]);
  const peaks = Object.entries(answer.peaks).filter(([measure, { value }]) => value > 0 && !['in', 'out', 'served', 'abandoned', 'facings', 'occupancyUncertainty'].includes(measure));
  return (
    <div data-preview>
      <p className="mb-2 text-sm text-muted">
        {plural('zones.tracks', answer.tracks)}
      </p>
      {counts.length === 0 && <p className="text-lg font-semibold">{t('zones.nothing')}</p>}
      <ul className="flex flex-wrap gap-x-6 gap-y-2">
        {counts.map(([key, n]) => (
          <li key={key} data-count={key}>
            <span className="tabular block text-2xl font-semibold leading-7">{formatNumber(n, language)}</span>
            <span className="text-xs text-muted">{countText(key, t)}</span>
          </li>
        ))}
        {peaks.map(([measure, { value, at }]) => (
          <li key={measure}>
            <span className="tabular block text-2xl font-semibold leading-7">{formatMeasure(measure, value, language)}</span>
            <span className="text-xs text-muted">
              {t(durations.has(measure) ? 'zones.peakTime' : 'zones.peak', { measure: measureText(measure, t), at: formatTime(at, timezone, language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }) })}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** They are the longest already. */
const durations = new Set(['wait', 'longestDwell', 'waitForecast', 'meanWait']);

function countText(key: string, t: Text['t']): string {
  const [kind, direction] = key.split('.');
  if (direction === 'in' || direction === 'out') return t(`measure.${direction}`);
  const name = t(`eventKind.${kind ?? ''}` as Parameters<Text['t']>[0]);
  return name || classText(undefined, t);
}
