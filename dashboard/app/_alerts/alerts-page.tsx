'use client';

import type { LiveAlert } from '@sightline/schemas/live';
import { useQuery } from '@tanstack/react-query';
import { BellOff, BellRing, CircleCheck, Hourglass } from 'lucide-react';
import { useAtom } from '../_live/atom';
import { measureText } from '../_live/attention';
import { useNow } from '../_live/clock';
import { alertsAtom, siteAtom } from '../_live/model';
import { getJson } from '../_live/rest';
import { useText } from '../_text/text';
import { Button, Card, PageTitle, Problem } from '../_ui/controls';
import { formatMeasure, formatNumber, formatTime, formatWait } from '../_ui/format';
import { ClipPlayer, useClip } from '../_events/clip-player';
import { incidentsOf, type Incident } from './incidents';
import { useState } from 'react';
import '../_text/en-alerts';

const icons = { firing: BellRing, pending: Hourglass, resolved: CircleCheck } as const;
const colours = { firing: 'text-bad', pending: 'text-warn', resolved: 'text-good' } as const;
const dated = { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
/** Silences may lie far ahead. */
const planned = { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' } as const;

/** What fires now, what has fired, and which rules there are. */
export function AlertsPage() {
  const { t, language } = useText();
  const site = useAtom(siteAtom);
  const active = useAtom(alertsAtom).filter((alert) => alert.state !== 'resolved');
  const { data, error } = useQuery({ queryKey: ['alerts'], queryFn: ({ signal }) => getJson<{ alerts: readonly LiveAlert[] }>('/api/v1/alerts', signal), refetchInterval: 30_000 });
  const past = data && incidentsOf(data.alerts);
  const timezone = site?.timezone ?? 'UTC';
  const now = Math.floor(useNow() / 60_000) * 60_000;
  const silences = (site?.silences ?? []).filter(({ until }) => until > now);
  /** One that silences a rule on every camera, now. */
  const silenced = (rule: string): (typeof silences)[number] | undefined => silences.find(({ from, rules, cameras }) => from <= now && (rules?.includes(rule) ?? true) && cameras === undefined);
  return (
    <>
      <PageTitle>{t('nav.alerts')}</PageTitle>
      <div className="grid items-start gap-5 xl:grid-cols-2">
        <Card title={t('alerts.now')}>{active.length === 0 ? <p className="flex items-center gap-2 text-sm text-muted"><CircleCheck aria-hidden className="size-4 text-good" />{t('alerts.none')}</p> : <AlertList incidents={active.map((alert) => ({ alert, ended: null }))} timezone={timezone} />}</Card>
        <Card title={t('alerts.rules')}>
          {site?.rules.length === 0 && <p className="text-sm text-muted">{t('alerts.noRules')}</p>}
          <ul className="divide-y divide-edge">
            {site?.rules.map((rule) => (
              <li key={rule.name} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 py-2.5 text-sm">
                <span className="font-medium">{rule.name}</span>
                <code className="text-muted">{rule.when}</code>
                <span className="ml-auto text-muted">
                  {t(`alerts.severity.${rule.severity}`)} · {t('alerts.for', { seconds: formatNumber(rule.for, language) })}
                </span>
                {silenced(rule.name) && (
                  <span className="flex w-full items-center gap-2 text-warn">
                    <BellOff aria-hidden className="size-4 shrink-0" />
                    {t('alerts.silencedUntil', { until: formatTime(silenced(rule.name)!.until, timezone, language, planned), reason: silenced(rule.name)!.reason })}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </Card>
        {silences.length > 0 && (
          <Card title={t('alerts.silences')} className="xl:col-span-2">
            <p className="mb-2 text-sm text-muted">{t('alerts.silencesDetail')}</p>
            <ul className="divide-y divide-edge">
              {silences.map((silence, i) => (
                <li key={i} className="flex items-start gap-3 py-2.5 text-sm">
                  <BellOff aria-hidden className={`mt-0.5 size-4 shrink-0 ${silence.from <= now ? 'text-warn' : 'text-muted'}`} />
                  <div className="min-w-0 flex-1">
                    <p className="font-medium">{silence.reason}</p>
                    <p className="text-muted">
                      {silence.rules?.join(', ') ?? t('alerts.allRules')} · {silence.cameras?.join(', ') ?? t('alerts.allCameras')} · {silence.from <= now ? t('alerts.silentNow') : t('alerts.silentLater')}
                    </p>
                  </div>
                  <p className="tabular shrink-0 text-right text-xs leading-5 text-muted">
                    {formatTime(silence.from, timezone, language, planned)} –<br />
                    {formatTime(silence.until, timezone, language, planned)}
                  </p>
                </li>
              ))}
            </ul>
          </Card>
        )}
        <Card title={t('alerts.past')} className="xl:col-span-2">
          {error && <Problem error={error} still={t('problem.liveStill')} />}
          {past?.length === 0 && <p className="text-sm text-muted">{t('alerts.nonePast')}</p>}
          {past && <AlertList incidents={past} timezone={timezone} />}
        </Card>
      </div>
    </>
  );
}

/** Outside the page: one that is made anew with each of its renderings forgets which clip was asked for. */
function AlertList({ incidents, timezone: zone }: { readonly incidents: readonly Incident[]; readonly timezone: string }) {
  const { t, language } = useText();
  const site = useAtom(siteAtom);
  return (
    <ul className="divide-y divide-edge">
      {incidents.map(({ alert, ended }) => {
        const state = ended === null ? alert.state : 'resolved';
        const Icon = icons[state];
        return (
          <li key={`${alert.id}/${alert.state}`} className="flex items-start gap-3 py-2.5 text-sm">
            <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${colours[state]}`} />
            <div className="min-w-0 flex-1">
              <p className="font-medium">
                {alert.rule} · {t(`alerts.state.${state}`)}
              </p>
              <p className="text-muted">
                {alert.subject} · {measureText(alert.measure, t)} {formatMeasure(alert.measure, alert.value, language)} <code className="whitespace-nowrap text-xs">{alert.condition}</code>
              </p>
              {alert.state === 'firing' && site?.rules.some(({ name, clip }) => name === alert.rule && clip) && <AlertClip alert={alert} />}
            </div>
            <div className="tabular shrink-0 text-right text-xs leading-5 text-muted">
              <time dateTime={new Date(alert.since / 1000).toISOString()}>{formatTime(alert.since / 1000, zone, language, dated)}</time>
              <p className="text-sm font-semibold text-text">{ended !== null && formatWait((ended - alert.since) / 1e6)}</p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function AlertClip({ alert }: { readonly alert: LiveAlert }) {
  const { t } = useText();
  const [shown, setShown] = useState(false);
  const clip = useClip(shown ? `camera=${encodeURIComponent(alert.camera)}&at=${alert.at}` : null, alert.at / 1000);
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
