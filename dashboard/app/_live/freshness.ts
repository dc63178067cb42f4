import { freshness, type Freshness, type LiveCamera, type LiveZone } from '@sightline/schemas/live';
import { useAtom, usePicked } from './atom';
import { useOfNow } from './clock';
import { cameraAtom, zoneAtom } from './model';

/** How far a zone's value can be believed now. */
export interface ZoneView {
  readonly value: LiveZone | null;
  readonly state: Freshness | 'offline' | 'none';
  /** 0 while it is fresh: what is fresh does not say how old it is. */
  readonly ageSeconds: number;
}

export function useZone(camera: string, zone: string): ZoneView {
  const value = useAtom(zoneAtom(camera, zone));
  const offline = usePicked(cameraAtom(camera), (from) => from?.state === 'offline', false);
  const ageSeconds = useAge(value?.seenAt ?? null);
  if (!value) return { value, state: offline ? 'offline' : 'none', ageSeconds };
  // The clock ticks once a second, so a value that comes once a second is never older than that plus its own second.
  return { value, state: offline ? 'offline' : freshness(ageSeconds), ageSeconds };
}

/** Seconds, from where it is no more fresh on: a hundred fresh values are not rendered each second for nothing. */
function useAge(at: number | null): number {
  return useOfNow((now) => {
    const seconds = at === null ? 0 : Math.max(0, (now - at) / 1000);
    return freshness(seconds) === 'fresh' ? 0 : seconds;
  });
}

/** How far a camera's picture and numbers can be believed now. */
export interface CameraView {
  readonly camera: LiveCamera | null;
  readonly state: Freshness | 'offline' | 'ended' | 'none';
  /** Since its newest frame that was looked at; 0 while that is fresh. */
  readonly ageSeconds: number;
}

export function useCamera(name: string): CameraView {
  const camera = useAtom(cameraAtom(name));
  const last = camera?.lastResultAt ?? camera?.lastFrameAt ?? null;
  const ageSeconds = useAge(last);
  if (!camera) return { camera, state: 'none', ageSeconds };
  if (camera.state === 'offline' || camera.state === 'stalled') return { camera, state: 'offline', ageSeconds };
  if (camera.state === 'ended') return { camera, state: 'ended', ageSeconds };
  return { camera, state: last === null ? 'none' : freshness(ageSeconds), ageSeconds };
}

/** What may be shown of a measure: unknown when the camera is offline. */
export function shown(view: ZoneView, measure: string): number | null {
  return view.state === 'offline' || view.state === 'none' ? null : (view.value?.measures[measure] ?? null);
}
