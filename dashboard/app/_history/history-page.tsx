'use client';

import type { LiveEvent, LiveSite, LiveSiteZone } from '@sightline/schemas/live';
import { useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight, ZoomOut } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { useAtom } from '../_live/atom';
import { measureText } from '../_live/attention';
import { eventText } from '../_live/event-text';
import { gatewayNow } from '../_live/clock';
import { siteAtom } from '../_live/model';
import { getJson } from '../_live/rest';
import { useText } from '../_text/text';
import { Button, Card, PageTitle, Problem, Select } from '../_ui/controls';
import { formatMeasure, formatPercent, formatTime, formatWait } from '../_ui/format';
import { RangeFields, spanOf } from '../_ui/range';
import { addDays } from '../_ui/site-time';
import { useUrlState, type Params } from '../_ui/url-state';
import { kindLooks } from '../_ui/zone-kinds';
import { Chart, gapsOf } from './chart';
import { GapList } from './gap-list';
import { HeatMap } from './heat-map';
import { Journeys } from './journeys';
import { aligned, before, comparisons, fetchSeries, seriesParams, summarise, type Comparison } from './series';
import '../_text/en-history';

const measuresOf: Readonly<Record<LiveSiteZone['kind'], readonly string[]>> = {
  queue: ['length', 'wait', 'served', 'abandoned'],
  area: ['count', 'density'],
  line: ['in', 'out'],
  stalls: ['occupied', 'free'],
  shelf: ['fill', 'empty'],
};
const counted = new Set(['in', 'out', 'served', 'abandoned']);
const first = 'today';
const longestShown = 8;
/** ms. */
const daySpan = 86_400_000;

export function HistoryPage() {
  const site = useAtom(siteAtom);
  const { t } = useText();
  const [params, change, ready] = useUrlState();
  return (
    <>
      <PageTitle>{t('nav.history')}</PageTitle>
      {site && ready && (site.zones.length === 0 ? <p className="text-muted">{t('live.noZones')}</p> : <Past site={site} params={params} change={change} />)}
    </>
  );
}

interface PastProps {
  readonly site: LiveSite;
  readonly params: Params;
  readonly change: (changed: Readonly<Record<string, string | null>>) => void;
}

function Past({ site, params, change }: PastProps) {
  const { t } = useText();
  const key = params['zone'] ?? '';
  const zone = site.zones.find((candidate) => `${candidate.camera}/${candidate.name}` === key) ?? site.zones[0]!;
  const comparison = comparisons.find((name) => name === params['compare']) ?? 'none';
  const span = spanOf(params, site.timezone, first);
  // Charts share the selection, so each of them says it: in whole seconds all say the same.
  const zoom = (from: number, to: number): void => change({ range: 'custom', from: new Date(Math.round(from) * 1000).toISOString(), to: new Date(Math.round(to) * 1000).toISOString() });
  /** As far as the span is long; of whole days, whole days by the clock of the site. */
  const stepBy = (way: 1 | -1): void => {
    const days = Math.ceil((span.to - span.from) / daySpan);
    const moved = (at: number): number => (span.to - span.from < daySpan * 0.9 ? at + way * (span.to - span.from) : addDays(at, way * days, site.timezone));
    const whole = params['range'] === undefined || params['range'] === 'today';
    const [from, to] = whole ? [addDays(span.from, way, site.timezone), way === -1 ? span.from : addDays(span.from, 2, site.timezone)] : [moved(span.from), moved(span.to)];
    change({ range: 'custom', from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  };
  return (
    <>
      <div className="mb-5 grid grid-cols-2 gap-3 sm:grid-cols-3 lg:flex lg:flex-wrap lg:items-end">
        <Select className="max-sm:col-span-2" label={t('filter.zone')} value={`${zone.camera}/${zone.name}`} options={site.zones.map(({ camera, name }) => ({ value: `${camera}/${name}`, text: site.cameras.length > 1 ? `${name} · ${camera}` : name }))} onChange={(value) => change({ zone: value })} />
        <RangeFields params={params} first={first} timeZone={site.timezone} change={change} />
        <Select label={t('history.compare')} value={comparison} options={comparisons.map((value) => ({ value, text: t(`history.compare.${value}`) }))} onChange={(value) => change({ compare: value === 'none' ? null : value })} />
        <div className="flex gap-2 max-sm:col-span-2">
          {([['history.earlier', -1, ChevronLeft], ['history.later', 1, ChevronRight]] as const).map(([name, way, Icon]) => (
            <Button key={name} className="px-3 max-sm:flex-1" title={t(name)} aria-label={t(name)} disabled={way === 1 && span.to >= gatewayNow()} onClick={() => stepBy(way)}>
              <Icon aria-hidden className="size-4" />
            </Button>
          ))}
        </div>
        {params['range'] === 'custom' && (
          <Button onClick={() => change({ range: null, from: null, to: null })}>
            <ZoomOut aria-hidden className="size-4" />
            {t('history.zoomOut')}
          </Button>
        )}
      </div>
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="grid min-w-0 gap-5">
          {measuresOf[zone.kind].map((measure) => (
            <MeasureCard key={`${zone.camera}/${zone.name}/${measure}`} site={site} zone={zone} measure={measure} span={span} comparison={comparison} zoom={zoom} />
          ))}
        </div>
        <div className="grid min-w-0 gap-5">
          <LongestCard site={site} zone={zone} span={span} />
          <HeatMap camera={zone.camera} from={span.from} to={span.to} />
          <Journeys site={site} camera={zone.camera} zone={zone.name} from={span.from} to={span.to} />
        </div>
      </div>
    </>
  );
}

interface MeasureProps {
  readonly site: LiveSite;
  readonly zone: LiveSiteZone;
  readonly measure: string;
  readonly span: { readonly from: number; readonly to: number };
  readonly comparison: Comparison;
  readonly zoom: (from: number, to: number) => void;
}

const take = 'inline-flex h-8 items-center rounded-lg px-2 text-sm font-medium text-accent underline-offset-4 hover:underline';

function MeasureCard({ site, zone, measure, span, comparison, zoom }: MeasureProps) {
  const { t, language } = useText();
  const [copied, setCopied] = useState(false);
  const request = { camera: zone.camera, zone: zone.name, measure, from: span.from, to: span.to };
  const now = useQuery({ queryKey: ['series', request], queryFn: ({ signal }) => fetchSeries(request, signal) });
  const earlier = before(request, comparison, site.timezone);
  const other = useQuery({ queryKey: ['series', earlier], enabled: comparison !== 'none', queryFn: ({ signal }) => fetchSeries(earlier, signal) });
  const series = now.data;
  const counts = counted.has(measure);
  const summary = series && summarise(series, span.from, span.to);
  const otherSummary = comparison !== 'none' && other.data ? summarise(other.data, earlier.from, earlier.to) : null;
  const gaps = series ? gapsOf(series, span.from / 1000, span.to / 1000, series.step) : [];
  const title = capital(measureText(measure, t));
  const headline = summary ? (counts ? summary.sum : summary.mean) : null;
  const otherHeadline = otherSummary ? (counts ? otherSummary.sum : otherSummary.mean) : null;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(series?.sql ?? '');
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <Card
      title={title}
      aside={
        series && (
          <div className="flex flex-wrap">
            {(['csv', 'parquet'] as const).map((form) => (
              <a key={form} href={`/api/v1/history.${form}?${seriesParams(request)}`} download className={take}>
                {form === 'csv' ? 'CSV' : 'Parquet'}
              </a>
            ))}
            <button type="button" onClick={() => void copy()} aria-live="polite" className={take}>
              {copied ? t('history.copied') : t('history.copySql')}
            </button>
          </div>
        )
      }
    >
      {now.error && <Problem error={now.error} still={t('problem.liveStill')} retry={() => void now.refetch()} retryText={t('problem.retry')} />}
      {!series && !now.error && <div className="h-[276px]" aria-busy />}
      {series && summary && (
        <>
          <dl className="mb-3 flex flex-wrap gap-x-8 gap-y-2 text-sm">
            <Figure name={counts ? t('history.sum') : t('history.mean')} value={formatMeasure(measure, headline, language)} />
            {otherSummary && <Figure name={t(`history.compare.${comparison}`)} value={`${formatMeasure(measure, otherHeadline, language)}${change(headline, otherHeadline)}`} />}
            {summary.greatest && <Figure name={t('history.greatest')} value={`${formatMeasure(measure, summary.greatest.value, language)} · ${formatTime(summary.greatest.at * 1000, site.timezone, language, { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}`} />}
          </dl>
          <Chart
            data={{ ...series, other: comparison !== 'none' && other.data ? aligned(series, other.data, (request.from - earlier.from) / 1000) : null }}
            measure={measure}
            colour={kindLooks[zone.kind].colour}
            timeZone={site.timezone}
            label={`${zone.name}, ${title}`}
            otherLabel={t(`history.compare.${comparison}`)}
            from={span.from / 1000}
            to={span.to / 1000}
            step={series.step}
            counts={counts}
            zoom={zoom}
          />
          {gaps.length > 0 && <GapList site={site} camera={zone.camera} gaps={gaps} known={summary.known} span={span} />}
        </>
      )}
    </Card>
  );

  function change(a: number | null, b: number | null): string {
    if (a === null || b === null || b === 0) return '';
    const share = a / b - 1;
    // Less than half a percent rounds to nothing: then it has no sign.
    const sign = Math.abs(share) < 0.005 ? '±' : share > 0 ? '+' : '−';
    return ` (${sign}${formatPercent(Math.abs(share), language)})`;
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="tabular text-lg font-semibold leading-6">{value}</dd>
    </div>
  );
}

/** The longest waits or stays of the span, where nobody stays the newest events: each a way to its evidence. */
function LongestCard({ site, zone, span }: { readonly site: LiveSite; readonly zone: LiveSiteZone; readonly span: { readonly from: number; readonly to: number } }) {
  const text = useText();
  const { t, language } = text;
  const order = zone.kind === 'line' || zone.kind === 'shelf' ? 'newest' : 'longest';
  const query = new URLSearchParams({ camera: zone.camera, zone: zone.name, from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString(), order, limit: String(longestShown) });
  const { data, error } = useQuery({ queryKey: ['longest', query.toString()], queryFn: ({ signal }) => getJson<{ events: readonly LiveEvent[] }>(`/api/v1/events?${query.toString()}`, signal) });
  const href = (event: LiveEvent): string => `/events/?${new URLSearchParams({ range: 'custom', from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString(), camera: zone.camera, zone: zone.name, ...(order === 'longest' && { order }), event: event.id }).toString()}`;
  return (
    <Card title={order === 'newest' ? t('history.newestEvents') : zone.kind === 'queue' ? t('history.longestWaits') : t('history.longestStays')}>
      {error && <Problem error={error} />}
      {data?.events.length === 0 && <p className="text-sm text-muted">{t('events.none')}</p>}
      <ol className="divide-y divide-edge">
        {data?.events.map((event) => (
          <li key={event.id}>
            <Link href={href(event)} prefetch={false} className="flex min-h-11 items-center gap-3 py-1.5 text-sm hover:underline">
              {order === 'longest' && <span className="tabular w-16 shrink-0 text-base font-semibold">{formatWait(event.seconds)}</span>}
              <span className="min-w-0 flex-1 truncate">{eventText(event, text)}</span>
              <time className="tabular shrink-0 text-xs text-muted">{formatTime(event.at / 1000, site.timezone, language, { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}</time>
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  );
}
