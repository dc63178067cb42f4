'use client';

import { useText } from '../_text/text';
import { formatPercent, formatTime } from '../_ui/format';
import '../_text/en-cameras';

export interface Quarter {
  readonly minutes: number | null;
  readonly dropped: number;
  readonly failed: number;
  readonly worst: string;
  readonly quality: string;
}

/** The last 24 hours at a glance: height and colour say how much was seen, so that neither is alone. */
export function DayBar({ quarters, from, timeZone, camera, now }: { readonly quarters: readonly Quarter[]; readonly from: number; readonly timeZone: string; readonly camera: string; /** ms. */ readonly now: number }) {
  const { t, language } = useText();
  const minutes = quarters.reduce((sum, quarter) => sum + (quarter.minutes ?? 0), 0);
  const known = quarters.filter((quarter) => quarter.minutes !== null).length;
  return (
    <div>
      <svg viewBox="0 0 96 16" preserveAspectRatio="none" className="h-8 w-full" role="img" aria-label={t('cameras.dayLabel', { camera, share: formatPercent(known === 0 ? null : minutes / (known * 15), language) })}>
        {quarters.map((quarter, i) => {
          const interrupted = quarter.worst === 'offline' || quarter.worst === 'stalled';
          const down = quarter.minutes === 0 || (interrupted && quarter.minutes === null);
          const unsure = interrupted || quarter.dropped > 0 || (quarter.quality !== '' && quarter.quality !== 'ok');
          // The quarter that is not over yet is whole when all of it so far was seen.
          const possible = Math.max(1, Math.min(15, Math.floor((now / 1000 - from - i * 900) / 60)));
          const share = quarter.minutes === null ? 0 : Math.min(1, quarter.minutes / possible);
          const colour = quarter.minutes === null && !down ? 'var(--edge)' : down ? 'var(--bad)' : unsure ? 'var(--warn)' : 'var(--good)';
          const height = quarter.minutes === null ? (down ? 5 : 3) : Math.max(4, 16 * share);
          return (
            <rect key={i} x={i + 0.1} width={0.8} y={16 - height} height={height} fill={colour}>
              <title>{`${formatTime((from + i * 900) * 1000, timeZone, language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}: ${quarter.minutes === null ? t('state.unknown') : t('cameras.minutes', { n: quarter.minutes })}${quarter.worst ? `, ${quarter.worst}` : ''}`}</title>
            </rect>
          );
        })}
      </svg>
      <div className="tabular flex justify-between text-[11px] leading-4 text-muted" aria-hidden>
        {[0, 24, 48, 72].map((i) => (
          <span key={i}>{formatTime((from + i * 900) * 1000, timeZone, language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}</span>
        ))}
        <span>{t('cameras.now')}</span>
      </div>
    </div>
  );
}
