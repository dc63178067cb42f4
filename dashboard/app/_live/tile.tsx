'use client';

import type { LiveSiteZone } from '@sightline/schemas/live';
import { Clock3, Unplug } from 'lucide-react';
import { memo } from 'react';
import { useText } from '../_text/text';
import { formatAge, formatMeasure, unknown } from '../_ui/format';
import { kindLooks } from '../_ui/zone-kinds';
import { measureText, type Concern } from './attention';
import { shown, useZone, type ZoneView } from './freshness';
import type { Spark } from './sparks';
import { Sparkline } from './sparkline';

export interface TileProps {
  readonly zone: LiveSiteZone;
  readonly spark: Spark | undefined;
  readonly concern: Concern | undefined;
  readonly showCamera: boolean;
}

/** One zone: the number that speaks for it, legible from afar, what stands beside it, and the last hour. */
export const Tile = memo(function Tile({ zone, spark, concern, showCamera }: TileProps) {
  const { t, language } = useText();
  const view = useZone(zone.camera, zone.name);
  const look = kindLooks[zone.kind];
  const Icon = look.icon;
  const primary = shown(view, look.primary);
  const secondary = look.secondary.filter((measure) => view.value !== null && measure in view.value.measures);
  const dim = view.state === 'stale' || view.state === 'offline' || view.state === 'none';
  const total = zone.kind === 'stalls' ? zone.shapes.length : null;
  return (
    <article
      data-zone={`${zone.camera}/${zone.name}`}
      data-state={view.state}
      aria-label={zone.name}
      className={`@container relative flex min-w-0 flex-col overflow-hidden rounded-xl border bg-surface p-3 shadow-card sm:p-3.5 ${concern ? (concern.severity === 'critical' ? 'border-bad bg-linear-to-b from-bad-soft to-40%' : 'border-warn bg-linear-to-b from-warn-soft to-40%') : 'border-edge'}`}
    >
      <header className="flex items-start gap-2">
        <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${look.text}`} />
        <div className="min-w-0 flex-1">
          <div className="flex items-start gap-2">
            <h3 className="min-w-0 flex-1 truncate text-sm font-semibold leading-5 in-data-kiosk:text-lg">{zone.name}</h3>
            <Age view={view} />
          </div>
          <p className="flex gap-2 text-xs leading-4 text-muted">
            {view.state === 'stale' ? (
              <span className="min-w-0 flex-1 truncate font-medium text-warn">{t('age.lastSeen', { age: formatAge(view.ageSeconds, language) })}</span>
            ) : (
              <span className="min-w-0 flex-1 truncate">
                {t(`zone.kind.${zone.kind}`)}
                {showCamera && ` · ${zone.camera}`}
              </span>
            )}
            <span className="hidden shrink-0 @[13rem]:block">{usualText()}</span>
          </p>
        </div>
      </header>
      <p className={`mt-2.5 flex min-w-0 items-baseline gap-x-1.5 ${dim ? 'text-muted' : ''}`}>
        <span className="tabular text-4xl font-semibold leading-none tracking-tight in-data-kiosk:text-7xl" data-measure={look.primary}>
          {formatMeasure(look.primary, primary, language)}
        </span>
        <span className="truncate text-sm leading-5 text-muted in-data-kiosk:text-xl">
          {total !== null && `${t('live.of', { n: total })} `}
          {measureText(look.primary, t)}
        </span>
      </p>
      <dl className={`mt-2 flex min-h-5 grow flex-wrap content-start gap-x-3 text-sm leading-5 in-data-kiosk:text-xl in-data-kiosk:leading-8 ${dim ? 'text-muted' : ''}`}>
        {secondary.map((measure) => (
          <div key={measure} className="flex items-baseline gap-1.5 whitespace-nowrap">
            <dt className="text-xs text-muted in-data-kiosk:text-base">{measureText(measure, t)}</dt>
            <dd className="tabular font-semibold" data-measure={measure}>
              {formatMeasure(measure, shown(view, measure), language)}
            </dd>
          </div>
        ))}
      </dl>
      <div className="mt-2">
        <Sparkline points={spark?.points ?? []} usual={spark?.usual ?? null} colour={look.colour} label={`${zone.name}, ${t('live.sparkline')}`} spanSeconds={3600} />
      </div>
    </article>
  );

  function usualText(): string {
    const usual = spark?.usual ?? null;
    if (usual === null || zone.kind === 'line') return '';
    const value = formatMeasure(look.primary, usual, language);
    if (primary === null || value === unknown) return t('live.usual', { value });
    const difference = primary - usual;
    // A quarter of the usual value, at least one: less is the noise of any moment.
    if (Math.abs(difference) <= Math.max(zone.kind === 'shelf' ? 0.05 : 1, Math.abs(usual) / 4)) return t('live.asUsual');
    return t(difference > 0 ? 'live.aboveUsual' : 'live.belowUsual', { value });
  }
});

function Age({ view }: { readonly view: ZoneView }) {
  const { t, language } = useText();
  const age = formatAge(view.ageSeconds, language);
  if (view.state === 'fresh') return <span className="m-1.5 size-2 shrink-0 rounded-full bg-good" role="img" aria-label={t('state.fresh')} title={t('state.fresh')} />;
  if (view.state === 'offline') {
    return (
      <span className="flex shrink-0 items-center gap-1 text-xs font-medium leading-5 text-bad">
        <Unplug aria-hidden className="size-3.5" />
        {t('state.offline')}
      </span>
    );
  }
  return (
    <span className={`flex max-w-[65%] shrink-0 items-center gap-1 text-xs font-medium leading-5 ${view.state === 'ageing' ? 'text-muted' : 'text-warn'}`}>
      <Clock3 aria-hidden className="size-3.5 shrink-0" />
      <span className="truncate">{view.state === 'none' ? t('age.never') : age}</span>
    </span>
  );
}
