import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '@sightline/runtime/clock';
import { tryCamera } from '@sightline/ingest/try-camera';
import { cameraSchema } from '@sightline/schemas';
import { clips } from './media.js';
import { watchCamera, type Watched } from './watch.js';

/**
 * RTSP against GStreamer's server. Debian: gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-good
 * gstreamer1.0-plugins-bad.
 */
const python = '/usr/bin/python3';
const gstreamer = spawnSync(python, ['-c', "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"]).status === 0;
if (!gstreamer) process.stderr.write('\nSKIPPED: RTSP is NOT tested, since GStreamer\'s RTSP server is missing (apt-get install gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-good gstreamer1.0-plugins-bad)\n\n');

const opened: Watched[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ run }) => run.stop()));
});

function watch(...args: Parameters<typeof watchCamera>): Watched {
  const watched = watchCamera(...args);
  opened.push(watched);
  return watched;
}

/** Time that runs five times as fast, so that stalls and back-off need not be sat out. */
function fastClock(): Clock {
  const began = Date.now();
  return { now: () => began + (Date.now() - began) * 5, random: () => 0, sleep: (ms, signal) => systemClock.sleep(ms / 5, signal) };
}

async function rtspServer(auth: 'none' | 'basic' | 'digest'): Promise<{ server: ChildProcess; port: number }> {
  const server = spawn(python, [path.join(import.meta.dirname, 'rtsp-server.py'), path.join(clips, 'traffic.mp4'), auth], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve, reject) => {
    server.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
    server.once('exit', () => reject(new Error('the RTSP server ended')));
  });
  return { server, port };
}

describe.runIf(gstreamer)('RTSP', () => {
  let open: { server: ChildProcess; port: number };
  let digest: { server: ChildProcess; port: number };
  let basic: { server: ChildProcess; port: number };
  beforeAll(async () => {
    [open, digest, basic] = await Promise.all([rtspServer('none'), rtspServer('digest'), rtspServer('basic')]);
  });
  afterAll(() => [open, digest, basic].forEach(({ server }) => server.kill('SIGKILL')));

  it.each(['tcp', 'udp'])('gives frames over %s', async (transport) => {
    const { headers, statuses, until } = watch(`rtsp://127.0.0.1:${open.port}/live`, { transport });
    await until('frames', () => headers.length >= 8);
    expect(statuses.at(-1)).toMatchObject({ size: [640, 360] });
    expect(headers[0]).toMatchObject({ recording: false, seq: 0, width: 128 });
    for (let i = 1; i < headers.length; i++) expect(headers[i]!.capturedAt).toBeGreaterThan(headers[i - 1]!.capturedAt);
    expect(Math.abs(headers.at(-1)!.capturedAt / 1000 - Date.now())).toBeLessThan(3000);
  });

  it.each(['basic', 'digest'] as const)('signs in by %s, with the password from the environment', async (auth) => {
    const { port } = auth === 'basic' ? basic : digest;
    const { headers, until } = watch(`rtsp://viewer:\${CAM_PASSWORD}@127.0.0.1:${port}/live`, {}, { environment: { ...process.env, CAM_PASSWORD: 's3cret!pass' } });
    await until('frames', () => headers.length >= 2);
  });

  it('says that the password is wrong, and never shows it', async () => {
    const source = `rtsp://viewer:\${CAM_PASSWORD}@127.0.0.1:${digest.port}/live`;
    const environment = { ...process.env, CAM_PASSWORD: 'not-the-password' };
    const { statuses, until } = watch(source, {}, { environment });
    await until('refusal', () => statuses.at(-1)?.state === 'offline');
    expect(statuses.at(-1)!.problem).toMatch(/refuses user or password.*SOURCE_REFUSED/);
    expect(JSON.stringify(statuses)).not.toContain('not-the-password');
    const answer = await tryCamera(cameraSchema.parse({ name: 'try', source }), { environment });
    expect(answer).toMatchObject({ ok: false, error: { code: 'SOURCE_REFUSED' } });
    expect(JSON.stringify(answer)).not.toContain('not-the-password');
  });

  it('says that the path is wrong', async () => {
    const { statuses, until } = watch(`rtsp://127.0.0.1:${open.port}/wrong`);
    await until('refusal', () => statuses.at(-1)?.state === 'offline');
    expect(statuses.at(-1)!.problem).toMatch(/no such stream/);
  });

  it('shows a picture to who tries it', async () => {
    const answer = await tryCamera(cameraSchema.parse({ name: 'try', source: `rtsp://127.0.0.1:${open.port}/live` }));
    expect(answer).toMatchObject({ ok: true, size: [640, 360], codec: 'h264' });
    expect(answer.ok && answer.picture?.subarray(0, 3)).toEqual(Uint8Array.of(0xff, 0xd8, 0xff));
  });

  it('comes back after ffmpeg crashed, and after it hung', async () => {
    const { run, headers, statuses, until } = watch(`rtsp://127.0.0.1:${open.port}/live`, {}, { clock: fastClock() });
    await until('frames', () => headers.length >= 3);
    const crashed = run.pid!;
    process.kill(crashed, 'SIGKILL');
    await until('a new epoch', () => headers.at(-1)!.epoch > headers[0]!.epoch);
    const second = headers.at(-1)!.epoch;
    const hung = run.pid!;
    expect(hung).not.toBe(crashed);
    process.kill(hung, 'SIGSTOP');
    await until('stall', () => statuses.some(({ state }) => state === 'stalled'));
    await until('another epoch', () => headers.at(-1)!.epoch > second);
    expect(() => process.kill(hung, 0)).toThrow();
    expect(statuses.at(-1)!.reconnects).toBeGreaterThanOrEqual(2);
    expect(headers.filter((header, i) => i > 0 && header.capturedAt <= headers[i - 1]!.capturedAt)).toEqual([]);
  });

  it('notices that the camera went silent, says so, and comes back when it does', async () => {
    const { server, port } = await rtspServer('none');
    const { headers, statuses, until } = watch(`rtsp://127.0.0.1:${port}/live`, {}, { clock: fastClock() });
    try {
      await until('frames', () => headers.length >= 3);
      server.kill('SIGSTOP');
      await until('offline', () => statuses.some(({ state }) => state === 'stalled') && statuses.at(-1)!.state === 'offline');
      expect(statuses.at(-1)!.problem).toMatch(/SOURCE_STALLED/);
      server.kill('SIGCONT');
      await until('online again', () => statuses.at(-1)!.state === 'online');
      expect(statuses.at(-1)).not.toHaveProperty('problem');
    } finally {
      server.kill('SIGKILL');
    }
  }, 60_000);
});

describe('RTSP without a camera', () => {
  it('backs off longer and longer while nobody answers', async () => {
    const waits: number[] = [];
    const { until, statuses } = watch('rtsp://127.0.0.1:9/live', {}, {
      clock: {
        now: () => Date.now(),
        random: () => 1,
        sleep: async (ms, signal) => {
          if (ms !== 1000 || waits.length === 0) waits.push(ms);
          await systemClock.sleep(ms > 60_000 ? 1e6 : 1, signal);
        },
      },
    });
    await until('seven attempts', () => waits.length >= 8);
    expect(waits.slice(0, 8)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    expect(statuses.at(-1)!.problem).toMatch(/refuses the connection/);
  });

  it('ends its attempts at once when it is stopped before a server that says nothing', async () => {
    const server: Server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { run } = watch(`rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/live`);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const before = Date.now();
      await run.stop();
      expect(Date.now() - before).toBeLessThan(2000);
    } finally {
      server.close();
    }
  });
});
