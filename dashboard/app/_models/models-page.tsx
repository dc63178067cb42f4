'use client';

import { useQuery } from '@tanstack/react-query';
import { useAtom } from '../_live/atom';
import { siteAtom } from '../_live/model';
import { getJson } from '../_live/rest';
import { Sparkline } from '../_live/sparkline';
import { useText } from '../_text/text';
import { Card, PageTitle, Problem } from '../_ui/controls';
import { formatNumber, formatTime } from '../_ui/format';
import '../_text/en-models';

interface Drift {
  readonly camera: string;
  readonly state: 'ok' | 'drifted' | 'uncalibrated' | 'unknown';
  readonly score: number | null;
  readonly threshold: number | null;
  readonly days: number;
  readonly daysNeeded: number;
  readonly slots: readonly { readonly at: number; readonly score: number }[];
}
interface Model {
  readonly camera: string;
  readonly model: string;
  readonly first: number;
  readonly last: number;
  readonly frames: number;
}

const dated = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

export function ModelsPage() {
  const { t, language } = useText();
  const site = useAtom(siteAtom);
  const drift = useQuery({ queryKey: ['drift'], queryFn: ({ signal }) => getJson<{ cameras: readonly Drift[] }>('/api/v1/drift', signal), refetchInterval: 60_000 });
  const models = useQuery({ queryKey: ['models'], queryFn: ({ signal }) => getJson<{ models: readonly Model[] }>('/api/v1/models', signal), refetchInterval: 60_000 });
  const timezone = site?.timezone ?? 'UTC';
  return (
    <>
      <PageTitle>{t('nav.models')}</PageTitle>
      <div className="grid items-start gap-5 xl:grid-cols-2">
        <Card title={t('models.drift')}>
          <p className="mb-3 max-w-prose text-sm text-muted">{t('models.driftDetail')}</p>
          {drift.error && <Problem error={drift.error} still={t('problem.liveStill')} />}
          {drift.data?.cameras.length === 0 && <p className="text-sm text-muted">{t('models.noDrift')}</p>}
          <ul className="divide-y divide-edge">
            {drift.data?.cameras.map((camera) => (
              <li key={camera.camera} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 py-3 sm:grid-cols-[14rem_minmax(0,1fr)_5rem]">
                <div className="min-w-0">
                  <p className="truncate font-medium">{camera.camera}</p>
                  <p className={`text-xs ${camera.state === 'drifted' ? 'font-medium text-bad' : 'text-muted'}`}>{t(`models.state.${camera.state}`, { days: camera.days, needed: camera.daysNeeded, threshold: formatNumber(camera.threshold, language, 3) })}</p>
                </div>
                <div className="order-last col-span-2 sm:order-none sm:col-span-1">
                  <Sparkline points={camera.slots.map(({ at, score }) => [at, score] as const)} usual={camera.threshold} colour="var(--accent)" label={t('models.driftOf', { camera: camera.camera })} />
                </div>
                <span className="tabular text-right text-lg font-semibold">{formatNumber(camera.score === null ? null : Math.max(0, camera.score), language, 3)}</span>
              </li>
            ))}
          </ul>
        </Card>
        <Card title={t('models.models')}>
          {models.error && <Problem error={models.error} still={t('problem.liveStill')} />}
          {models.data?.models.length === 0 && <p className="text-sm text-muted">{t('models.none')}</p>}
          <ul className="divide-y divide-edge">
            {models.data?.models.map((model) => (
              <li key={`${model.camera}/${model.model}`} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 py-2.5 text-sm">
                <span className="font-medium">{model.camera}</span>
                <code className="min-w-0 break-all text-muted">{model.model}</code>
                <span className="tabular ml-auto text-xs text-muted">
                  {formatTime(model.first * 1000, timezone, language, dated)} – {formatTime(model.last * 1000, timezone, language, dated)} · {t('models.frames', { n: formatNumber(model.frames, language) })}
                </span>
              </li>
            ))}
          </ul>
        </Card>
      </div>
    </>
  );
}
