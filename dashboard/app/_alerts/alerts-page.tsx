'use client';

import type { LiveAlert } from '@sightline/schemas/live';
import { useQuery } from '@tanstack/react-query';
import { BellRing, CircleCheck, Hourglass } from 'lucide-react';
import { useAtom } from '../_live/atom';
import { measureText } from '../_live/attention';
import { alertsAtom, siteAtom } from '../_live/model';
import { getJson } from '../_live/rest';
import { useText } from '../_text/text';
import { Button, Card, PageTitle, Problem } from '../_ui/controls';
import { formatMeasure, formatTime } from '../_ui/format';
import { ClipPlayer, useClip } from '../_events/clip-player';
import { useState } from 'react';

const icons = { firing: BellRing, pending: Hourglass, resolved: CircleCheck } as const;
const colours = { firing: 'text-bad', pending: 'text-warn', resolved: 'text-good' } as const;
const dated = { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;

/** What fires now, what has fired, and which rules there are. */
export function AlertsPage() {
  const { t, language } = useText();
  const site = useAtom(siteAtom);
  const active = useAtom(alertsAtom).filter((alert) => alert.state !== 'resolved');
  const { data, error } = useQuery({ queryKey: ['alerts'], queryFn: ({ signal }) => getJson<{ alerts: readonly LiveAlert[] }>('/api/v1/alerts', signal), refetchInterval: 30_000 });
  const timezone = site?.timezone ?? 'UTC';
  return (
    <>
      <PageTitle>{t('nav.alerts')}</PageTitle>
      <div className="grid items-start gap-5 xl:grid-cols-2">
        <Card title={t('alerts.now')}>{active.length === 0 ? <p className="flex items-center gap-2 text-sm text-muted"><CircleCheck aria-hidden className="size-4 text-good" />{t('alerts.none')}</p> : <AlertList alerts={active} timezone={timezone} />}</Card>
        <Card title={t('alerts.rules')}>
          {site?.rules.length === 0 && <p className="text-sm text-muted">{t('alerts.noRules')}</p>}
          <ul className="divide-y divide-edge">
            {site?.rules.map((rule) => (
              <li key={rule.name} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 py-2.5 text-sm">
                <span className="font-medium">{rule.name}</span>
                <code className="text-muted">{rule.when}</code>
                <span className="ml-auto text-muted">{t('alerts.for', { seconds: rule.for })}</span>
              </li>
            ))}
          </ul>
        </Card>
        <Card title={t('alerts.past')} className="xl:col-span-2">
          {error && <Problem error={error} still={t('problem.liveStill')} />}
          {data?.alerts.length === 0 && <p className="text-sm text-muted">{t('alerts.nonePast')}</p>}
          {data && <AlertList alerts={data.alerts} timezone={timezone} />}
        </Card>
      </div>
    </>
  );

  function AlertList({ alerts, timezone: zone }: { readonly alerts: readonly LiveAlert[]; readonly timezone: string }) {
    return (
      <ul className="divide-y divide-edge">
        {alerts.map((alert) => {
          const Icon = icons[alert.state];
          return (
            <li key={`${alert.id}/${alert.state}`} className="flex items-start gap-3 py-2.5 text-sm">
              <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${colours[alert.state]}`} />
              <div className="min-w-0 flex-1">
                <p className="font-medium">
                  {alert.rule} · {t(`alerts.state.${alert.state}`)}
                </p>
                <p className="text-muted">
                  {alert.subject} · {measureText(alert.measure, t)} {formatMeasure(alert.measure, alert.value, language)} ({alert.condition})
                </p>
                {alert.state === 'firing' && site?.rules.some(({ name, clip }) => name === alert.rule && clip) && <AlertClip alert={alert} />}
              </div>
              <time className="tabular shrink-0 text-xs leading-5 text-muted">{formatTime(alert.at / 1000, zone, language, dated)}</time>
            </li>
          );
        })}
      </ul>
    );
  }
}

function AlertClip({ alert }: { readonly alert: LiveAlert }) {
  const { t } = useText();
  const [shown, setShown] = useState(false);
  const clip = useClip(shown ? `camera=${encodeURIComponent(alert.camera)}&at=${alert.at}` : null);
  if (!shown) {
    return (
      <Button className="mt-2" onClick={() => setShown(true)}>
        {t('alerts.clip')}
      </Button>
    );
  }
  if (clip === null) return <p className="mt-2 text-muted">{t('alerts.noClip')}</p>;
  if (!clip) return null;
  const { width, height } = clip[0]!.header;
  return (
    <div className="on-picture relative mt-2 w-full max-w-xl overflow-hidden rounded-lg bg-[#0b0f16]" style={{ aspectRatio: `${width} / ${height}` }}>
      <ClipPlayer frames={clip} track={undefined} label={t('alerts.clipOf', { rule: alert.rule })} />
    </div>
  );
}
