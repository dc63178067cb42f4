'use client';

import type { LiveSite } from '@sightline/schemas/live';
import { Clock3, Maximize2, Unplug } from 'lucide-react';
import { memo, useMemo, useState } from 'react';
import { useText } from '../_text/text';
import { formatAge, formatNumber, unknown } from '../_ui/format';
import type { DrawOptions } from './draw-picture';
import { useCamera } from './freshness';
import { Picture } from './picture';
import { problemText } from './problem-text';
import { ZoneOverlay } from './zone-overlay';

export interface CameraCardProps {
  readonly site: LiveSite;
  readonly name: string;
  readonly options: DrawOptions & { readonly zones: boolean };
  readonly enlarge?: ((name: string) => void) | undefined;
}

export const CameraCard = memo(function CameraCard({ site, name, options, enlarge }: CameraCardProps) {
  const { t, language } = useText();
  const { camera, state, ageSeconds } = useCamera(name);
  const zones = useMemo(() => site.zones.filter((zone) => zone.camera === name), [site, name]);
  const [seenAspect, setSeenAspect] = useState<number | null>(null);
  const aspect = camera?.size ? camera.size[0] / camera.size[1] : (seenAspect ?? 16 / 9);
  const down = state === 'offline';
  const old = down || state === 'stale';
  const seen = camera?.lastResultAt ?? camera?.lastFrameAt ?? null;
  const age = formatAge(ageSeconds, language);
  const stateColour = state === 'none' || state === 'ended' ? 'bg-control' : down ? 'bg-bad' : state !== 'fresh' || camera?.quality !== 'ok' ? 'bg-warn' : 'bg-good';
  return (
    <figure data-camera={name} data-state={camera?.state ?? 'unknown'} data-age={state} className="overflow-hidden rounded-xl border border-edge bg-surface shadow-card">
      <div className="relative w-full overflow-hidden bg-[#0b0f16]" style={{ aspectRatio: String(aspect) }}>
        <Picture camera={name} options={options} dim={old} aspect={setSeenAspect} />
        {options.zones && <ZoneOverlay zones={zones} aspect={aspect} />}
        {old && (
          <p className="absolute bottom-2 left-2 flex max-w-[calc(100%-1rem)] items-center gap-1.5 rounded-md bg-[#06090e]/85 px-2 py-1 text-xs font-medium leading-4 text-white">
            {down ? <Unplug aria-hidden className="size-3.5 shrink-0 text-[#ff7a80]" /> : <Clock3 aria-hidden className="size-3.5 shrink-0 text-[#f5b342]" />}
            <span className="truncate">
              {down && t(`camera.state.${camera!.state}`)}
              {down && seen !== null && ' · '}
              {seen !== null && t('age.lastSeen', { age })}
            </span>
          </p>
        )}
        {enlarge && (
          <button type="button" onClick={() => enlarge(name)} className="absolute right-2 top-2 grid size-11 place-items-center rounded-lg bg-[#06090e]/70 text-white" title={t('live.fullScreen', { camera: name })}>
            <Maximize2 aria-hidden className="size-5" />
            <span className="sr-only">{t('live.fullScreen', { camera: name })}</span>
          </button>
        )}
      </div>
      <figcaption className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3.5 py-2 text-sm leading-5">
        <span className={`size-2 shrink-0 rounded-full ${stateColour}`} aria-hidden />
        <span className="min-w-0 truncate font-semibold">{name}</span>
        <span className={down ? 'font-medium text-bad' : 'text-muted'}>{camera ? t(`camera.state.${camera.state}`) : t('age.never')}</span>
        {camera && !old && camera.quality !== 'ok' && <span className="font-medium text-warn">{t(`camera.quality.${camera.quality}`)}</span>}
        <span className="tabular ml-auto text-muted">
          {state === 'ageing' ? <span className="font-medium text-warn">{t('age.old', { age })}</span> : old || !camera ? unknown : t('live.fps', { n: formatNumber(camera.fpsGot, language, 1) })}
        </span>
      </figcaption>
      {down && camera?.problem && <p className="border-t border-edge bg-bad-soft px-4 py-2 text-sm text-bad">{problemText(camera.problem)}</p>}
    </figure>
  );
});
