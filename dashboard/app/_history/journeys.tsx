'use client';

import type { LiveSite } from '@sightline/schemas/live';
import { useQuery } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import { Fragment } from 'react';
import { getJson } from '../_live/rest';
import { useText } from '../_text/text';
import { Card, Problem } from '../_ui/controls';
import { formatNumber, formatPercent, formatWait } from '../_ui/format';
import { kindLooks } from '../_ui/zone-kinds';
import '../_text/en-history';

interface Answer {
  readonly total: number;
  readonly paths: readonly {
    readonly steps: readonly { readonly zone: string; readonly direction?: 'in' | 'out'; readonly abandoned?: boolean }[];
    readonly count: number;
    readonly medianSeconds: number;
  }[];
}

/** Which ways objects took through the zones of a camera, each as wide as it was usual. */
export function Journeys({ site, camera, zone, from, to }: { readonly site: LiveSite; readonly camera: string; readonly zone: string; readonly from: number; readonly to: number }) {
  const { t, language } = useText();
  const { data, error } = useQuery({ queryKey: ['journeys', camera, from, to], queryFn: ({ signal }) => getJson<Answer>(`/api/v1/cameras/${encodeURIComponent(camera)}/journeys?from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`, signal) });
  const kinds = new Map(site.zones.filter((candidate) => candidate.camera === camera).map(({ name, kind }) => [name, kind]));
  const most = data?.paths[0]?.count ?? 1;
  const rest = (data?.total ?? 0) - (data?.paths.reduce((sum, { count }) => sum + count, 0) ?? 0);
  return (
    <Card title={t('history.journeys', { camera })}>
      {error && <Problem error={error} />}
      {data?.paths.length === 0 && <p className="text-sm text-muted">{t('history.journeysNone')}</p>}
      <ol className="grid gap-3">
        {data?.paths.map(({ steps, count, medianSeconds }, i) => (
          <li key={i} data-journey={steps.map((step) => step.zone).join('>')} className="min-w-0">
            <p className="flex flex-wrap items-center gap-x-1.5 gap-y-1 text-sm">
              {steps.map((step, j) => {
                const kind = kinds.get(step.zone);
                return (
                  <Fragment key={j}>
                    {j > 0 && <ArrowRight aria-hidden className="size-3.5 shrink-0 text-muted" />}
                    <span className={`rounded-md border px-1.5 py-0.5 ${step.zone === zone ? 'border-accent font-semibold' : 'border-edge'}`}>
                      <span aria-hidden className="mr-1.5 inline-block size-2 rounded-full" style={{ background: kind ? kindLooks[kind].colour : 'var(--control)' }} />
                      {step.zone}
                      {step.direction && ` ${t(`measure.${step.direction}`)}`}
                      {step.abandoned && ` (${t('history.gaveUp')})`}
                    </span>
                  </Fragment>
                );
              })}
            </p>
            <div className="mt-1 flex items-center gap-3">
              <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden className="h-1.5 min-w-0 flex-1">
                <rect width={(100 * count) / most} height={6} rx={1} fill="var(--accent)" />
              </svg>
              <span className="tabular shrink-0 text-xs text-muted">
                {t('history.journeysCount', { n: formatNumber(count, language), share: formatPercent(count / data.total, language) })} · {t('history.journeysTime', { time: formatWait(medianSeconds) })}
              </span>
            </div>
          </li>
        ))}
      </ol>
      {rest > 0 && <p className="mt-3 text-xs text-muted">{t('history.journeysRest', { n: formatNumber(rest, language) })}</p>}
    </Card>
  );
}
