'use client';

import type { LivePoint, LiveSiteZone } from '@sightline/schemas/live';
import { memo, useMemo } from 'react';
import { useText } from '../_text/text';
import { formatMeasure } from '../_ui/format';
import { kindLooks } from '../_ui/zone-kinds';
import { shown, useZone } from './freshness';
import { placeLabels, type LabelPlace } from './label-places';

/** The zones of a camera drawn over its picture, each with its number. */
export function ZoneOverlay({ zones, aspect }: { readonly zones: readonly LiveSiteZone[]; readonly aspect: number }) {
  const width = 1000 * aspect;
  const places = useMemo(() => placeLabels(zones), [zones]);
  return (
    <div className="on-picture pointer-events-none absolute inset-0">
      <svg viewBox={`0 0 ${width} 1000`} preserveAspectRatio="none" className="absolute inset-0 size-full" aria-hidden>
        {zones.flatMap((zone) =>
          zone.shapes.map((shape, i) => {
            const points = shape.points.map(([x, y]) => `${x * width},${y * 1000}`).join(' ');
            const colour = kindLooks[zone.kind].colour;
            return zone.kind === 'line' ? (
              <g key={`${zone.name}${i}`} fill="none" strokeLinecap="round">
                <polyline points={points} stroke="#06090e" strokeOpacity={0.7} strokeWidth={6} vectorEffect="non-scaling-stroke" />
                <polyline points={points} stroke={colour} strokeWidth={3} vectorEffect="non-scaling-stroke" />
                {i === 0 && <InArrow from={shape.points[0]!} to={shape.points[1]!} width={width} colour={colour} />}
              </g>
            ) : (
              <g key={`${zone.name}${i}`} strokeLinejoin="round">
                <polygon points={points} fill={colour} fillOpacity={0.1} stroke="#06090e" strokeOpacity={0.7} strokeWidth={4} vectorEffect="non-scaling-stroke" />
                <polygon points={points} fill="none" stroke={colour} strokeWidth={2} strokeDasharray={shape.name === 'service' ? '6 5' : undefined} vectorEffect="non-scaling-stroke" />
              </g>
            );
          }),
        )}
      </svg>
      {places.map((place) => (
        <ZoneLabel key={place.zone.name} {...place} />
      ))}
    </div>
  );
}

/** Points to the side that counts as in: right-hand, looking from the first point to the second. */
function InArrow({ from, to, width, colour }: { readonly from: LivePoint; readonly to: LivePoint; readonly width: number; readonly colour: string }) {
  const [ax, ay, bx, by] = [from[0] * width, from[1] * 1000, to[0] * width, to[1] * 1000];
  const length = Math.hypot(bx - ax, by - ay) || 1;
  const [nx, ny] = [-(by - ay) / length, (bx - ax) / length];
  const [mx, my] = [(ax + bx) / 2, (ay + by) / 2];
  const [tx, ty] = [mx + nx * 60, my + ny * 60];
  const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
  const d = `M${mx} ${my} L${tx} ${ty} M${tx - nx * 20 + ux * 16} ${ty - ny * 20 + uy * 16} L${tx} ${ty} L${tx - nx * 20 - ux * 16} ${ty - ny * 20 - uy * 16}`;
  return (
    <>
      <path d={d} stroke="#06090e" strokeOpacity={0.7} strokeWidth={5} vectorEffect="non-scaling-stroke" />
      <path d={d} stroke={colour} strokeWidth={2.5} strokeLinejoin="round" vectorEffect="non-scaling-stroke" />
    </>
  );
}

const shift = { left: '0', middle: '-50%', right: '-100%' } as const;

const ZoneLabel = memo(function ZoneLabel({ zone, x, y, anchor }: LabelPlace) {
  const { language } = useText();
  const view = useZone(zone.camera, zone.name);
  const look = kindLooks[zone.kind];
  const Icon = look.icon;
  const value = formatMeasure(look.primary, shown(view, look.primary), language);
  const other = zone.kind === 'line' ? ` / ${formatMeasure('out', shown(view, 'out'), language)}` : zone.kind === 'queue' && view.value?.measures['wait'] ? ` · ${formatMeasure('wait', shown(view, 'wait'), language)}` : '';
  const old = view.state === 'stale' || view.state === 'offline';
  return (
    <span className="absolute flex max-w-[60%] items-center gap-1.5 rounded-md bg-[#06090e]/85 px-1.5 py-0.5 text-xs leading-4 text-white" style={{ left: `${x * 100}%`, top: `${y * 100}%`, transform: `translate(${shift[anchor]}, -50%)` }}>
      <Icon aria-hidden className={`size-3.5 shrink-0 ${look.text}`} />
      <span className="min-w-0 truncate opacity-90">{zone.name}</span>
      <span className={`tabular whitespace-nowrap font-semibold ${old ? 'opacity-60' : ''}`}>
        {value}
        {other}
      </span>
    </span>
  );
});
