import { freshness, type Freshness, type LiveCamera, type LiveZone } from '@sightline/schemas';
import type { FastifyInstance } from 'fastify';
import type { LiveState } from '../live/state.js';

/**
 * `GET /api/health` for probes and scripts, `GET /api/v1/live` for the last value of every zone. Both answer from
 * memory.
 */
export interface LiveRouteParts {
  readonly state: LiveState;
  readonly now: () => number;
  readonly problem: () => string | null;
}

export function liveRoutes(app: FastifyInstance, parts: LiveRouteParts): void {
  app.get('/api/health', { config: { role: 'public' } }, async () => health(parts));
  app.get('/api/v1/live', { config: { role: 'viewer' } }, async (request) => {
    const now = parts.now();
    return {
      at: new Date(now).toISOString(),
      zones: parts.state.zones.values().filter((zone) => request.mayWatch(zone.camera)).map((zone) => liveZone(zone, parts.state.cameras.get(zone.camera), now)),
      cameras: parts.state.cameras.values().filter((camera) => request.mayWatch(camera.camera)).map((camera) => liveCamera(camera, now)),
    };
  });
}

export interface Health {
  /** starting until frames flow; degraded when a camera is down or the log is. */
  readonly status: 'starting' | 'ok' | 'degraded';
  readonly problem?: string;
  readonly cameras: readonly { name: string; state: string; fps: number; lastFrameAge: number | null; quality: string; problem?: string }[];
}

function health({ state, now, problem }: LiveRouteParts): Health {
  const at = now();
  const cameras = state.cameras.values();
  const flowing = cameras.some((camera) => camera.lastResultAt !== null);
  const down = cameras.some((camera) => camera.state === 'offline' || camera.state === 'stalled');
  const trouble = problem();
  return {
    status: !flowing ? 'starting' : down || trouble ? 'degraded' : 'ok',
    ...(trouble && { problem: trouble }),
    cameras: cameras.map((camera) => ({
      name: camera.camera,
      state: camera.state,
      fps: camera.fpsGot,
      lastFrameAge: camera.lastFrameAt === null ? null : seconds(at - camera.lastFrameAt),
      quality: camera.quality,
      ...(camera.problem && { problem: camera.problem }),
    })),
  };
}

function liveZone(zone: LiveZone, camera: LiveCamera | undefined, now: number): object {
  const ageSeconds = seconds(now - zone.seenAt);
  const state: Freshness | 'offline' = camera?.state === 'offline' ? 'offline' : freshness(ageSeconds);
  return {
    camera: zone.camera,
    zone: zone.zone,
    kind: zone.kind,
    at: new Date(zone.at / 1000).toISOString(),
    ageSeconds,
    state,
    measures: zone.measures,
    ...(zone.perClass && { perClass: zone.perClass }),
    coverage: zone.coverage,
  };
}

function liveCamera(camera: LiveCamera, now: number): object {
  return {
    name: camera.camera,
    state: camera.state,
    fpsWanted: camera.fpsWanted,
    fps: camera.fpsGot,
    lastFrameAge: camera.lastFrameAt === null ? null : seconds(now - camera.lastFrameAt),
    quality: camera.quality,
    dropped: camera.dropped,
    reconnects: camera.reconnects,
    ...(camera.problem && { problem: camera.problem }),
  };
}

function seconds(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds) / 1000);
}
