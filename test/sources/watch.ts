import { cameraSchema, type CameraStatus, type FrameHeader } from '@sightline/schemas';
import { startCamera, type CameraOptions, type CameraRun } from '@sightline/ingest/camera';

/** A camera that a test looks at. Stop it when done. */
export interface Watched {
  readonly run: CameraRun;
  readonly headers: FrameHeader[];
  readonly statuses: CameraStatus[];
  /** Resolves as soon as the condition holds; throws with what was seen when it does not in time. */
  readonly until: (what: string, condition: () => boolean, seconds?: number) => Promise<void>;
}

export function watchCamera(source: string, camera: Record<string, unknown> = {}, options: Partial<CameraOptions> = {}): Watched {
  const headers: FrameHeader[] = [];
  const statuses: CameraStatus[] = [];
  const run = startCamera({
    camera: cameraSchema.parse({ name: 'watched', source, gate: false, ...camera }),
    size: (width, height) => ({ width: 128, height: Math.max(32, Math.round((128 * height) / width / 32) * 32) }),
    publish: async (header, pixels) => {
      headers.push(header);
      run.recycle(pixels);
    },
    status: (status) => statuses.push(status),
    epoch: 1,
    ...options,
  });
  return {
    run,
    headers,
    statuses,
    until: async (what, condition, seconds = 20) => {
      const deadline = Date.now() + seconds * 1000;
      while (!condition()) {
        if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s; ${headers.length} frames, last status ${JSON.stringify(statuses.at(-1))}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}
