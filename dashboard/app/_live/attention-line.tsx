'use client';

import type { LiveSite } from '@sightline/schemas/live';
import { CircleCheck, Hourglass, TriangleAlert } from 'lucide-react';
import { useText } from '../_text/text';
import type { Concern } from './attention';

/** One sentence that says whether anything needs attention. */
export function AttentionLine({ site, found, flowing }: { readonly site: LiveSite; readonly found: readonly Concern[]; readonly flowing: boolean }) {
  const { t, plural } = useText();
  const calm = found.length === 0;
  const Icon = !flowing && calm ? Hourglass : calm ? CircleCheck : TriangleAlert;
  const colour = !flowing && calm ? 'text-muted' : calm ? 'text-good' : found.some((concern) => concern.severity === 'critical') ? 'text-bad' : 'text-warn';
  return (
    <div className="flex min-h-14 items-start gap-3 pr-12 md:pr-0" role="status" aria-live="polite">
      <Icon aria-hidden className={`mt-1 size-6 shrink-0 ${colour}`} />
      <div className="min-w-0">
        <h1 className="text-xl font-semibold leading-8 tracking-tight sm:text-2xl">{!flowing && calm ? t('live.starting') : calm ? t('live.calm') : plural('live.attention', found.length)}</h1>
        {calm ? (
          <p className="text-sm leading-5 text-muted">{flowing ? t('live.calmDetail', { cameras: plural('live.cameras', site.cameras.length), zones: plural('live.zones', site.zones.length) }) : t('live.startingDetail')}</p>
        ) : (
          <ul className="flex flex-wrap gap-x-4 gap-y-0.5 text-sm leading-5">
            {found.slice(0, 4).map((concern) => (
              <li key={concern.key} className={concern.severity === 'critical' ? 'text-bad' : 'text-warn'}>
                {concern.text}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
