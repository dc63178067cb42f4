import { once } from 'node:events';
import { SightlineError } from '@sightline/runtime/errors';
import { redact } from '@sightline/runtime/secrets';
import type { Camera } from '@sightline/schemas';
import { authorised } from './http-auth.js';
import type { SourceInput } from './input.js';

/** A picture that does not come within this time is given up. */
const patienceMs = 10_000;
/** No camera's picture is larger. */
const mostBytes = 64 * 2 ** 20;

/** A picture behind an address, fetched `fps` times a second; each gets the time of its arrival. */
export function stillPictures(camera: Camera, address: string): SourceInput {
  return {
    url: 'pipe:0',
    options: ['-f', 'image2pipe', '-use_wallclock_as_timestamps', '1', '-probesize', '32', '-analyzeduration', '0'],
    feed: async (stdin, signal) => {
      const period = 1000 / camera.fps;
      let due = performance.now();
      while (!signal.aborted) {
        const picture = await fetchPicture(camera, address, signal);
        if (picture === null) return;
        if (!stdin.write(picture)) await once(stdin, 'drain', { signal }).catch(() => undefined);
        due = Math.max(due + period, performance.now());
        await pause(due - performance.now(), signal);
      }
    },
  };
}

async function fetchPicture(camera: Camera, address: string, signal: AbortSignal): Promise<Uint8Array | null> {
  const said = (what: string, cause?: unknown): SightlineError =>
    new SightlineError('SOURCE_REFUSED', `camera "${camera.name}": ${redact(address, address)} ${what}`, cause === undefined ? undefined : { cause });
  let response: Response;
  let body: Uint8Array;
  try {
    response = await authorised(address, AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]));
    if (!response.ok) throw said(response.status === 401 || response.status === 403 ? `refuses user or password (${response.status})` : `answered ${response.status}`);
    body = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    if (signal.aborted) return null;
    if (error instanceof SightlineError) throw error;
    throw said('does not answer', new Error(redact(String(error), address)));
  }
  if (body.length === 0) throw said('answered with an empty picture');
  if (body.length > mostBytes) throw said(`answered with ${body.length} bytes, more than a picture has`);
  return body;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || ms <= 0) return resolve();
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish, { once: true });
  });
}

