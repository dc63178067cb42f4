'use client';

import type { LiveEvent, LiveSite } from '@sightline/schemas/live';
import { useInfiniteQuery } from '@tanstack/react-query';
import { SlidersHorizontal } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useAtom } from '../_live/atom';
import { classText, eventText } from '../_live/event-text';
import { siteAtom } from '../_live/model';
import { getJson } from '../_live/rest';
import { useText } from '../_text/text';
import { Button, PageTitle, Problem, Select } from '../_ui/controls';
import { formatNumber, formatTime } from '../_ui/format';
import { RangeFields, spanOf } from '../_ui/range';
import { useUrlState, type Params } from '../_ui/url-state';
import { kindLooks } from '../_ui/zone-kinds';
import { EventDetail } from './event-detail';
import '../_text/en-events';

const kinds = ['crossed', 'entered', 'left', 'loitering', 'crowded', 'joined', 'served', 'abandoned', 'parked', 'departed', 'overstayed', 'facing-emptied', 'facing-restocked'] as const;
const classes = ['person', 'car', 'truck', 'bus', 'bicycle', 'motorcycle'] as const;
const pageSize = 60;
/** ms. The longest day of the year has 25 hours; within one day its name need not stand beside each time. */
const daySpan = 90_000_000;
const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;

interface EventsAnswer {
  readonly events: readonly LiveEvent[];
  readonly next: { readonly beforeAt: number; readonly beforeId: string } | null;
}

export function EventsPage() {
  const site = useAtom(siteAtom);
  const { t } = useText();
  const [params, change, ready] = useUrlState();
  return (
    <>
      <PageTitle>{t('nav.events')}</PageTitle>
      {site && ready && <Found site={site} params={params} change={change} />}
    </>
  );
}

function Found({ site, params, change }: { readonly site: LiveSite; readonly params: Params; readonly change: (changed: Readonly<Record<string, string | null>>) => void }) {
  const text = useText();
  const { t, language } = text;
  const query = useMemo(() => eventsQuery(params, site.timezone), [params, site.timezone]);
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } = useInfiniteQuery({
    queryKey: ['events', query],
    queryFn: ({ pageParam, signal }) => getJson<EventsAnswer>(`/api/v1/events?${query}${pageParam ? `&beforeAt=${pageParam.beforeAt}&beforeId=${encodeURIComponent(pageParam.beforeId)}` : ''}`, signal),
    initialPageParam: null as EventsAnswer['next'],
    getNextPageParam: (last) => last.next,
  });
  const events = data?.pages.flatMap((page) => page.events) ?? [];
  const wide = useWide();
  // Beside the list there is room for one event's evidence; on a phone it is shown when asked for.
  const chosen = events.find((event) => event.id === params['event']) ?? (wide ? (events[0] ?? null) : null);
  const [filtering, setFiltering] = useState(false);
  const filters = ['camera', 'zone', 'kind', 'class', 'order'].filter((key) => params[key]).length;
  const zones = site.zones.filter((zone) => !params['camera'] || zone.camera === params['camera']);
  const any = { value: '', text: t('filter.any') };
  const span = spanOf(params, site.timezone, 'today');
  const when = span.to - span.from <= daySpan ? clock : { ...clock, weekday: 'short', day: 'numeric', month: 'short' } as const;

  return (
    <>
      <div className="mb-4 grid grid-cols-2 items-end gap-3 sm:grid-cols-3 lg:flex lg:flex-wrap">
        <RangeFields params={params} first="today" timeZone={site.timezone} change={change} />
        <Button className="sm:hidden" aria-expanded={filtering} onClick={() => setFiltering(!filtering)}>
          <SlidersHorizontal aria-hidden className="size-4" />
          {filters > 0 ? `${t('filter.filters')} (${formatNumber(filters, language)})` : t('filter.filters')}
        </Button>
        <div className={filtering ? 'contents' : 'hidden sm:contents'}>
        <Select label={t('filter.camera')} value={params['camera'] ?? ''} options={[any, ...site.cameras.map(({ name }) => ({ value: name, text: name }))]} onChange={(camera) => change({ camera, zone: null, event: null })} />
        <Select label={t('filter.zone')} value={params['zone'] ?? ''} options={[any, ...zones.map(({ name }) => ({ value: name, text: name }))]} onChange={(zone) => change({ zone, event: null })} />
        <Select label={t('filter.kind')} value={params['kind'] ?? ''} options={[any, ...kinds.map((kind) => ({ value: kind, text: t(`eventKind.${kind}`) }))]} onChange={(kind) => change({ kind, event: null })} />
        <Select label={t('filter.class')} value={params['class'] ?? ''} options={[any, ...classes.map((cls) => ({ value: cls, text: classText(cls, t) }))]} onChange={(cls) => change({ class: cls, event: null })} />
        <Select label={t('filter.order')} value={params['order'] ?? 'newest'} options={[{ value: 'newest', text: t('filter.newest') }, { value: 'longest', text: t('filter.longest') }]} onChange={(order) => change({ order: order === 'newest' ? null : order, event: null })} />
        </div>
        <div className={`items-end gap-2 lg:ml-auto ${filtering ? 'flex' : 'hidden sm:flex'}`}>
          <a href={`/api/v1/events.csv?${query}`} download className="inline-flex h-11 items-center rounded-lg border border-control px-4 text-sm font-medium hover:bg-sunken">
            CSV
          </a>
          <a href={`/api/v1/events.parquet?${query}`} download className="inline-flex h-11 items-center rounded-lg border border-control px-4 text-sm font-medium hover:bg-sunken">
            Parquet
          </a>
        </div>
      </div>
      {error && <Problem error={error} still={t('problem.liveStill')} retry={() => void refetch()} retryText={t('problem.retry')} />}
      {isPending && !error && <div className="h-96 rounded-xl border border-edge bg-surface" aria-busy />}
      {data && (
        <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_minmax(20rem,28rem)]">
          <div className="order-2 min-w-0 lg:order-1">
            {events.length === 0 ? (
              <div className="grid justify-items-center gap-3 rounded-xl border border-dashed border-control px-6 py-12 text-center">
                <p className="text-lg font-semibold">{t('events.none')}</p>
                <Button look="primary" onClick={() => change({ camera: null, zone: null, kind: null, class: null, range: 'week', from: null, to: null })}>
                  {t('events.widen')}
                </Button>
              </div>
            ) : (
              <ol className="divide-y divide-edge overflow-hidden rounded-xl border border-edge bg-surface shadow-card">
                {events.map((event) => {
                  const look = kindLooks[event.zoneKind];
                  const Icon = look.icon;
                  return (
                    <li key={event.id}>
                      <button type="button" aria-current={event.id === chosen?.id ? 'true' : undefined} onClick={() => change({ event: event.id })} className={`flex w-full items-start gap-3 px-4 py-3 text-left text-sm leading-5 ${event.id === chosen?.id ? 'bg-accent-soft' : 'hover:bg-sunken'}`}>
                        <Thumbnail id={event.id} point={event.point} />
                        <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${look.text}`} />
                        <span className="min-w-0 flex-1">
                          <span className="block truncate font-medium">{eventText(event, text)}</span>
                          <span className="block truncate text-xs leading-4 text-muted">
                            {event.zone} · {event.camera}
                          </span>
                        </span>
                        <time className="tabular shrink-0 text-xs leading-5 text-muted" dateTime={new Date(event.at / 1000).toISOString()}>
                          {formatTime(event.at / 1000, site.timezone, language, when)}
                        </time>
                      </button>
                    </li>
                  );
                })}
              </ol>
            )}
            {hasNextPage && (
              <div className="mt-4 flex justify-center">
                <Button onClick={() => void fetchNextPage()} disabled={isFetchingNextPage}>
                  {t('events.more')}
                </Button>
              </div>
            )}
          </div>
          <div className={`order-1 min-w-0 lg:sticky lg:top-4 lg:order-2 ${chosen ? '' : 'max-lg:hidden'}`}>{chosen ? <EventDetail event={chosen} site={site} close={() => change({ event: null })} /> : <p className="rounded-xl border border-dashed border-control px-6 py-10 text-center text-sm text-muted">{t('events.choose')}</p>}</div>
        </div>
      )}
    </>
  );
}

/** The place of an event in its picture, small; the room is kept where there is none. */
function Thumbnail({ id, point: [x, y] = [0.5, 0.5] }: { readonly id: string; readonly point: LiveEvent['point'] }) {
  const [shown, setShown] = useState(false);
  return (
    <span className="grid h-10 w-14 shrink-0 overflow-hidden rounded-md bg-sunken">
      <img src={`/api/v1/evidence.jpg?id=${encodeURIComponent(id)}&small=1`} alt="" loading="lazy" decoding="async" onLoad={() => setShown(true)} style={{ transformOrigin: `${x * 100}% ${y * 100}%` }} className={`size-full scale-250 object-cover ${shown ? '' : 'invisible'}`} />
    </span>
  );
}

/** Whether list and evidence stand side by side; false while prerendered. */
function useWide(): boolean {
  const [wide, setWide] = useState(false);
  useEffect(() => {
    const query = window.matchMedia('(min-width: 64rem)');
    const update = (): void => setWide(query.matches);
    update();
    query.addEventListener('change', update);
    return () => query.removeEventListener('change', update);
  }, []);
  return wide;
}

function eventsQuery(params: Params, timezone: string): string {
  const { from, to } = spanOf(params, timezone, 'today');
  const query = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: String(pageSize) });
  for (const key of ['camera', 'zone', 'kind', 'class', 'order'] as const) if (params[key]) query.set(key, params[key]);
  return query.toString();
}

