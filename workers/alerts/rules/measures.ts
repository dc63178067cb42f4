import type { CameraStatus } from '@sightline/schemas';

/**
 * What a rule may ask of a camera, as its status tells it. null: unknown. A camera that is starting or has ended is
 * neither online nor offline.
 */
export function cameraMeasures(status: CameraStatus): Readonly<Record<string, number | null>> {
  const runs = status.state === 'online' || status.state === 'stalled' || status.state === 'offline';
  return {
    online: runs ? Number(status.state === 'online') : null,
    fps: runs ? status.fpsGot : null,
    age: status.lastFrameAt === null ? null : Math.max(0, (status.at - status.lastFrameAt) / 1000),
    quality: status.state === 'online' ? Number(status.quality === 'ok') : null,
    dropped: Object.values(status.dropped).reduce((sum, count) => sum + count, 0),
    reconnects: status.reconnects,
  };
}
