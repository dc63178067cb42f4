'use client';

import type { LiveSite } from '@sightline/schemas/live';
import { Maximize2 } from 'lucide-react';
import { memo, useMemo, useState } from 'react';
import { useText } from '../_text/text';
import { formatAge, formatNumber } from '../_ui/format';
import { useAtom } from './atom';
import { useNow } from './clock';
import type { DrawOptions } from './draw-picture';
import { cameraAtom } from './model';
import { Picture } from './picture';
import { ZoneOverlay } from './zone-overlay';

export interface CameraCardProps {
  readonly site: LiveSite;
  readonly name: string;
  readonly options: DrawOptions & { readonly zones: boolean };
  readonly enlarge?: ((name: string) => void) | undefined;
}

export const CameraCard = memo(function CameraCard({ site, name, options, enlarge }: CameraCardProps) {
  const { t, language } = useText();
  const camera = useAtom(cameraAtom(name));
  const now = useNow();
  const zones = useMemo(() => site.zones.filter((zone) => zone.camera === name), [site, name]);
  const [seenAspect, setSeenAspect] = useState<number | null>(null);
  const aspect = camera?.size ? camera.size[0] / camera.size[1] : (seenAspect ?? 16 / 9);
  const down = camera !== null && (camera.state === 'offline' || camera.state === 'stalled');
  const age = camera?.lastFrameAt ? (now - camera.lastFrameAt) / 1000 : null;
  const stateColour = !camera || camera.state === 'starting' ? 'bg-[#9fabbd]' : down ? 'bg-[#ff7a80]' : camera.quality === 'ok' ? 'bg-[#3ecf8e]' : 'bg-[#f5b342]';
  return (
    <figure data-camera={name} data-state={camera?.state ?? 'unknown'} className="overflow-hidden rounded-xl border border-edge bg-surface shadow-card">
      <div className="relative w-full overflow-hidden bg-[#0b0f16]" style={{ aspectRatio: String(aspect) }}>
        <Picture camera={name} options={options} dim={down} aspect={setSeenAspect} />
        {options.zones && <ZoneOverlay zones={zones} aspect={aspect} />}
        {enlarge && (
          <button type="button" onClick={() => enlarge(name)} className="absolute right-2 top-2 grid size-11 place-items-center rounded-lg bg-[#06090e]/70 text-white" title={t('live.fullScreen', { camera: name })}>
            <Maximize2 aria-hidden className="size-5" />
            <span className="sr-only">{t('live.fullScreen', { camera: name })}</span>
          </button>
        )}
      </div>
      <figcaption className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm leading-5">
        <span className={`size-2 shrink-0 rounded-full ${stateColour}`} aria-hidden />
        <span className="min-w-0 truncate font-semibold">{name}</span>
        <span className={down ? 'font-medium text-bad' : 'text-muted'}>{camera ? t(`camera.state.${camera.state}`) : t('age.never')}</span>
        {camera && camera.quality !== 'ok' && <span className="font-medium text-warn">{t(`camera.quality.${camera.quality}`)}</span>}
        <span className="tabular ml-auto text-muted">
          {down && age !== null ? t('age.lastSeen', { age: formatAge(age, language) }) : t('live.fps', { n: formatNumber(camera?.fpsGot ?? null, language, 1) })}
        </span>
      </figcaption>
      {down && camera.problem && <p className="border-t border-edge bg-bad-soft px-4 py-2 text-sm text-bad">{camera.problem}</p>}
    </figure>
  );
});
