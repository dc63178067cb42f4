'use client';

import type { LiveSite } from '@sightline/schemas/live';
import { CircleCheck, Hourglass, TriangleAlert } from 'lucide-react';
import { useText } from '../_text/text';
import type { Concern } from './attention';

/** Beside the worst one, so many are named; a wall of red tells no one where to begin. */
const namedBeside = 3;

/** One sentence that says whether anything needs attention, and what most. */
export function AttentionLine({ site, found, flowing }: { readonly site: LiveSite; readonly found: readonly Concern[]; readonly flowing: boolean }) {
  const { t, plural } = useText();
  const [worst, ...others] = found;
  const colour = worst ? colourOf(worst) : flowing ? 'text-good' : 'text-muted';
  const Icon = worst ? TriangleAlert : flowing ? CircleCheck : Hourglass;
  return (
    <div className="flex min-h-15 items-start gap-3" role="status" aria-live="polite">
      <Icon aria-hidden className={`mt-1 size-6 shrink-0 in-data-kiosk:size-9 ${colour}`} />
      <div className="min-w-0">
        <h1 className="text-xl font-semibold leading-8 tracking-tight sm:text-2xl in-data-kiosk:text-4xl">
          {worst ? `${plural('live.attention', found.length)}: ` : flowing ? t('live.calm') : t('live.starting')}
          {worst && <span className={colour}>{worst.text}</span>}
        </h1>
        {!worst && <p className="text-sm leading-6 text-muted">{flowing ? t('live.calmDetail', { cameras: plural('live.cameras', site.cameras.length), zones: plural('live.zones', site.zones.length) }) : t('live.startingDetail')}</p>}
        {others.length > 0 && (
          <ul className="flex flex-wrap gap-x-5 text-sm leading-6 in-data-kiosk:text-xl">
            {others.slice(0, namedBeside).map((concern) => (
              <li key={concern.key} className={`font-medium ${colourOf(concern)}`}>
                {concern.text}
              </li>
            ))}
            {others.length > namedBeside && <li className="text-muted">{t('live.more', { n: others.length - namedBeside })}</li>}
          </ul>
        )}
      </div>
    </div>
  );
}

function colourOf({ severity }: Concern): string {
  return severity === 'critical' ? 'text-bad' : 'text-warn';
}
