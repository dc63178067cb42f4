import { freshness, type Freshness, type LiveCamera, type LiveZone } from '@sightline/schemas/live';
import { useAtom } from './atom';
import { useNow } from './clock';
import { cameraAtom, zoneAtom } from './model';

/** How far a zone's value can be believed now. */
export interface ZoneView {
  readonly value: LiveZone | null;
  readonly camera: LiveCamera | null;
  readonly state: Freshness | 'offline' | 'none';
  readonly ageSeconds: number;
}

export function useZone(camera: string, zone: string): ZoneView {
  const value = useAtom(zoneAtom(camera, zone));
  const from = useAtom(cameraAtom(camera));
  const now = useNow();
  if (!value) return { value, camera: from, state: from?.state === 'offline' ? 'offline' : 'none', ageSeconds: 0 };
  const ageSeconds = Math.max(0, (now - value.seenAt) / 1000);
  // The clock ticks once a second, so a value that comes once a second is never older than that plus its own second.
  return { value, camera: from, state: from?.state === 'offline' ? 'offline' : freshness(ageSeconds), ageSeconds };
}

/** How far a camera's picture and numbers can be believed now. */
export interface CameraView {
  readonly camera: LiveCamera | null;
  readonly state: Freshness | 'offline' | 'ended' | 'none';
  /** Since its newest frame that was looked at. */
  readonly ageSeconds: number;
}

export function useCamera(name: string): CameraView {
  const camera = useAtom(cameraAtom(name));
  const now = useNow();
  const last = camera?.lastResultAt ?? camera?.lastFrameAt ?? null;
  const ageSeconds = last === null ? 0 : Math.max(0, (now - last) / 1000);
  if (!camera) return { camera, state: 'none', ageSeconds };
  if (camera.state === 'offline' || camera.state === 'stalled') return { camera, state: 'offline', ageSeconds };
  if (camera.state === 'ended') return { camera, state: 'ended', ageSeconds };
  return { camera, state: last === null ? 'none' : freshness(ageSeconds), ageSeconds };
}

/** What may be shown of a measure: unknown when the camera is offline. */
export function shown(view: ZoneView, measure: string): number | null {
  return view.state === 'offline' || view.state === 'none' ? null : (view.value?.measures[measure] ?? null);
}
