import { describe, expect, it } from 'vitest';
import { cameraSchema } from '@sightline/schemas';
import { sourceProblem } from './problem.js';
import { openSource } from './source/source.js';

async function problemOf(address: string, ...said: string[]): Promise<string> {
  const camera = cameraSchema.parse({ name: 'door', source: address });
  return sourceProblem(camera, await openSource(camera, { ffmpeg: { path: 'ffmpeg', version: '7', passthrough: ['-fps_mode', 'passthrough'], rtspTimeout: 'timeout' }, environment: {} }), said).message;
}

describe('what ffmpeg said about a source', () => {
  it.each([
    ['[rtsp @ 0x1] method DESCRIBE failed: 401 Unauthorized', /refuses user or password/],
    ['[http @ 0x1] HTTP error 403 Forbidden', /refuses user or password/],
    ['[rtsp @ 0x1] method DESCRIBE failed: 404 Not Found', /no such stream/],
    ['[rtsp @ 0x1] method SETUP failed: 454 Session Not Found', /no such stream/],
  ])('reads the status in "%s"', async (said, expected) => {
    expect(await problemOf('rtsp://10.0.0.9/live', said)).toMatch(expected);
  });

  it('takes no digits of a port, a path, a pointer or a bit rate for a status', async () => {
    const said = ['[rtsp @ 0x7f4010404480] method DESCRIBE failed: 404 Not Found', 'rtsp://127.0.0.1:40371/401/forbidden: Server returned 404 Not Found'];
    expect(await problemOf('rtsp://127.0.0.1:40371/401/forbidden', ...said)).toMatch(/no such stream/);
    expect(await problemOf('rtsp://10.0.0.9:40371/live', '[rtsp @ 0x40104040] bitrate: 401 kb/s', 'Connection timed out')).toMatch(/did not answer/);
  });
});
