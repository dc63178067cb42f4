'use client';

import { useQuery } from '@tanstack/react-query';
import { useAtom } from '../_live/atom';
import { siteAtom } from '../_live/model';
import { getJson } from '../_live/rest';
import { Sparkline } from '../_live/sparkline';
import { useText } from '../_text/text';
import { Card, PageTitle, Problem } from '../_ui/controls';
import { formatNumber, formatTime, unknown } from '../_ui/format';

interface Drift {
  readonly camera: string;
  readonly at: readonly number[];
  readonly score: readonly (number | null)[];
  readonly frames: readonly number[];
  readonly pastDays: number;
}
interface Model {
  readonly camera: string;
  readonly model: string;
  readonly first: number;
  readonly last: number;
  readonly frames: number;
}

/** Fewer days of a camera's own past give no threshold: the score is then shown as it is. */
const daysToCalibrate = 7;
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
            {drift.data?.cameras.map((camera) => {
              const last = camera.score.findLast((score) => score !== null) ?? null;
              return (
                <li key={camera.camera} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 py-3 sm:grid-cols-[12rem_minmax(0,1fr)_5rem]">
                  <div className="min-w-0">
                    <p className="truncate font-medium">{camera.camera}</p>
                    <p className="text-xs text-muted">{last === null ? t('models.noPast') : camera.pastDays < daysToCalibrate ? t('models.uncalibrated', { n: camera.pastDays }) : t('models.days', { n: camera.pastDays })}</p>
                  </div>
                  <div className="order-last col-span-2 sm:order-none sm:col-span-1">
                    <Sparkline points={camera.at.map((at, i) => [at, camera.score[i] ?? null] as const)} usual={null} colour="var(--accent)" label={t('models.driftOf', { camera: camera.camera })} />
                  </div>
                  <span className="tabular text-right text-lg font-semibold">{last === null ? unknown : formatNumber(Math.max(0, last), language, 3)}</span>
                </li>
              );
            })}
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
