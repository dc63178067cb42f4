'use client';

import type { LiveSite } from '@sightline/schemas/live';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { getJson } from '../_live/rest';
import { useText, type MessageKey } from '../_text/text';
import { formatPercent, formatTime } from '../_ui/format';
import '../_text/en-history';

interface Trouble {
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** More would be a list to read, not a note. */
const gapsNamed = 3;
const quality = new Set(['dark', 'blurred', 'frozen', 'moved']);
const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/** Why nothing is known in the hatched places of a chart: what the camera reported at that time. Times in s since the Unix epoch. */
export function GapList({ site, camera, gaps, known, span }: { readonly site: LiveSite; readonly camera: string; readonly gaps: readonly (readonly [number, number])[]; readonly known: number; readonly span: { readonly from: number; readonly to: number } }) {
  const { t, language, plural } = useText();
  const { data } = useQuery({ queryKey: ['troubles', camera, span.from, span.to], queryFn: ({ signal }) => getJson<{ troubles: readonly Trouble[] }>(`/api/v1/cameras/${encodeURIComponent(camera)}/troubles?from=${new Date(span.from).toISOString()}&to=${new Date(span.to).toISOString()}`, signal) });
  const longest = [...gaps].sort((a, b) => b[1] - b[0] - (a[1] - a[0])).slice(0, gapsNamed).sort((a, b) => a[0] - b[0]);
  const time = (at: number): string => formatTime(at * 1000, site.timezone, language, (span.to - span.from) / 86_400_000 > 1 ? { weekday: 'short', ...clock } : clock);
  return (
    <div className="mt-2 text-xs text-muted">
      {plural('history.gaps', gaps.length)} {t('history.known', { share: formatPercent(known, language) })}{' '}
      <Link href="/cameras/" className="font-medium text-accent underline underline-offset-2">
        {t('history.why')}
      </Link>
      {data && (
        <ul>
          {longest.map(([from, to]) => (
            <li key={from} className="tabular" data-gap={from}>
              {time(from)} – {time(to)}: {reasonText(data.troubles, from, to)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );

  function reasonText(troubles: readonly Trouble[], from: number, to: number): string {
    const found = troubles.find((trouble) => trouble.from < to && trouble.to >= from);
    if (!found) return t('history.gapUnseen');
    return t((quality.has(found.reason) ? `camera.quality.${found.reason}` : `camera.state.${found.reason}`) as MessageKey);
  }
}
