'use client';

import type { LiveEvent, LivePoint, LiveSite } from '@sightline/schemas/live';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Check, Flag, X } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '../_access/session';
import { gatewayNow } from '../_live/clock';
import { eventText } from '../_live/event-text';
import { getJson, sendJson } from '../_live/rest';
import { useText } from '../_text/text';
import { Button, Problem } from '../_ui/controls';
import { formatTime, formatWait } from '../_ui/format';
import { kindLooks } from '../_ui/zone-kinds';
import { ClipPlayer, useClip } from './clip-player';
import '../_text/en-events';

interface Track {
  readonly from: number;
  readonly to: number;
  readonly path: readonly (readonly [number, number, number])[];
}

/** The way of who is still in the picture is stored once they have left: asked for again meanwhile. */
const trackAgainMilliseconds = 3000;
const unfinishedMilliseconds = 900_000;

/** What an event rests on: the picture it was seen in, the way its object took, its zone. */
export function EventDetail({ event, site, close }: { readonly event: LiveEvent; readonly site: LiveSite; readonly close: () => void }) {
  const text = useText();
  const { t, language } = text;
  const [aspect, setAspect] = useState(16 / 9);
  const [missing, setMissing] = useState<string | null>(null);
  const { data } = useQuery({ queryKey: ['track', event.camera, event.track], enabled: event.track !== undefined, queryFn: ({ signal }) => getJson<{ track: Track | null }>(`/api/v1/track?camera=${encodeURIComponent(event.camera)}&id=${encodeURIComponent(event.track!)}`, signal), refetchInterval: ({ state }) => (state.data?.track === null && gatewayNow() - event.at / 1000 < unfinishedMilliseconds ? trackAgainMilliseconds : false) });
  const judged = useMutation({ mutationFn: (label: { readonly event: string; readonly verdict: 'wrong' | 'right' }) => sendJson('POST', '/api/v1/labels', label) });
  const noted = judged.isSuccess && judged.variables.event === event.id;
  const mayJudge = useSession()?.role !== 'viewer';
  const zone = site.zones.find((candidate) => candidate.name === event.zone && candidate.camera === event.camera);
  const look = kindLooks[event.zoneKind];
  const clip = useClip(zone?.evidence === 'clip' ? `id=${encodeURIComponent(event.id)}` : null, event.at / 1000);
  const path = data?.track?.path.map(([, x, y]) => [x, y] as const) ?? [];
  const toText = (points: readonly LivePoint[]): string => points.map(([x, y]) => `${x * 1000 * aspect},${y * 1000}`).join(' ');
  return (
    <article aria-label={eventText(event, text)} className="overflow-hidden rounded-xl border border-edge bg-surface shadow-card">
      <div className="on-picture relative bg-[#0b0f16]" style={{ aspectRatio: String(aspect) }}>
        {missing === event.id ? (
          <p className="absolute inset-0 grid place-items-center px-8 text-center text-sm text-[#c3ccd9]">{t('events.noPicture')}</p>
        ) : (
          <img src={`/api/v1/evidence.jpg?id=${encodeURIComponent(event.id)}`} alt={t('events.pictureOf', { what: eventText(event, text) })} className="absolute inset-0 size-full object-cover" onLoad={({ currentTarget }) => setAspect(currentTarget.naturalWidth / currentTarget.naturalHeight)} onError={() => setMissing(event.id)} />
        )}
        {clip && <ClipPlayer key={event.id} frames={clip} track={event.track} label={t('events.clipOf', { what: eventText(event, text) })} />}
        <svg viewBox={`0 0 ${1000 * aspect} 1000`} preserveAspectRatio="none" className="pointer-events-none absolute inset-0 size-full" aria-hidden>
          {missing !== event.id &&
            zone?.shapes
            .filter((shape) => event.part === undefined || shape.name === event.part)
            .map((shape, i) => {
              const Shape = zone.kind === 'line' ? 'polyline' : 'polygon';
              return (
                <g key={i} fill="none" strokeLinejoin="round">
                  <Shape points={toText(shape.points)} stroke="#06090e" strokeOpacity={0.7} strokeWidth={5} vectorEffect="non-scaling-stroke" />
                  <Shape points={toText(shape.points)} stroke={look.colour} strokeWidth={2.5} vectorEffect="non-scaling-stroke" />
                </g>
              );
            })}
          {!clip && path.length > 1 && (
            <g fill="none" strokeLinejoin="round" strokeLinecap="round">
              <polyline points={toText(path)} stroke="#06090e" strokeOpacity={0.7} strokeWidth={5} vectorEffect="non-scaling-stroke" />
              <polyline points={toText(path)} stroke="#ffffff" strokeWidth={2} vectorEffect="non-scaling-stroke" />
            </g>
          )}
          {event.point && <circle cx={event.point[0] * 1000 * aspect} cy={event.point[1] * 1000} r={14} fill={look.colour} stroke="#06090e" strokeWidth={3} vectorEffect="non-scaling-stroke" />}
        </svg>
        <button type="button" onClick={close} title={t('live.close')} className="absolute right-2 top-2 z-10 grid size-11 place-items-center rounded-lg bg-[#06090e]/75 text-white">
          <X aria-hidden className="size-5" />
          <span className="sr-only">{t('live.close')}</span>
        </button>
      </div>
      <div className="grid gap-3 p-4">
        <h2 className="text-lg font-semibold leading-6">{eventText(event, text)}</h2>
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
          <Row name={t('filter.zone')} value={`${event.zone} (${t(`zone.kind.${event.zoneKind}`)})`} />
          <Row name={t('filter.camera')} value={event.camera} />
          <Row name={t('events.at')} value={formatTime(event.at / 1000, site.timezone, language, { dateStyle: 'full', timeStyle: 'medium', hourCycle: 'h23' })} />
          {event.part !== undefined && <Row name={t('events.part')} value={event.part} />}
          {event.seconds !== undefined && <Row name={t('events.seconds')} value={formatWait(event.seconds)} />}
          {event.track !== undefined && <Row name={t('events.track')} value={event.track} />}
        </dl>
        {noted ? (
          <p role="status" className="text-sm font-medium text-good">
            {t('events.thanks')}
          </p>
        ) : mayJudge ? (
          <div className="flex flex-wrap gap-2">
            {(['wrong', 'right'] as const).map((verdict) => (
              <Button key={verdict} onClick={() => judged.mutate({ event: event.id, verdict })} disabled={judged.isPending}>
                {verdict === 'wrong' ? <Flag aria-hidden className="size-4" /> : <Check aria-hidden className="size-4" />}
                {t(`events.${verdict}`)}
              </Button>
            ))}
          </div>
        ) : null}
        {judged.error && <Problem error={judged.error} />}
      </div>
    </article>
  );
}

function Row({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="tabular min-w-0 break-words">{value}</dd>
    </>
  );
}
