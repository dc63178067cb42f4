import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { clips } from './media.js';

/** Process ids whose parent is this one. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false;
      }
    })
    .map(Number);
}

function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

async function until(condition: () => boolean, seconds: number): Promise<boolean> {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 50))) if (condition()) return true;
  return condition();
}

/** A process of its own that runs a camera, and its ffmpeg. */
async function cameraProcess(source: string): Promise<{ parent: number; ffmpeg: number; guards: number[] }> {
  const script = `
    const { startCamera } = await import('@sightline/ingest/camera');
    const { cameraSchema } = await import('@sightline/schemas');
    const camera = cameraSchema.parse({ name: 'c', source: ${JSON.stringify(source)}, loop: true });
    startCamera({ camera, size: () => ({ width: 128, height: 96 }), publish: async () => undefined, status: () => undefined, epoch: 1 });
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname, stdio: ['ignore', 'ignore', 'inherit'] });
  const parent = child.pid!;
  const ffmpegs = (): number[] => childrenOf(parent).filter((pid) => commandOf(pid).includes(source.replace(/^\//, '')));
  expect(await until(() => ffmpegs().length > 0, 15)).toBe(true);
  // A file is asked what it holds by an ffmpeg of its own, which ends at once.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(ffmpegs()).toHaveLength(1);
  const [ffmpeg] = ffmpegs();
  return { parent, ffmpeg: ffmpeg!, guards: childrenOf(parent).filter((pid) => pid !== ffmpeg) };
}

describe.runIf(process.platform === 'linux')('no ffmpeg outlives its parent', () => {
  it('that gets SIGKILL while a file plays', async () => {
    const { parent, ffmpeg, guards } = await cameraProcess(path.join(clips, 'traffic.mp4'));
    expect(alive(ffmpeg)).toBe(true);
    process.kill(parent, 'SIGKILL');
    expect(await until(() => !alive(ffmpeg) && guards.every((pid) => !alive(pid)), 5)).toBe(true);
  });

  it('that gets SIGKILL while a camera says nothing', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { parent, ffmpeg, guards } = await cameraProcess(`rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/live`);
      process.kill(parent, 'SIGKILL');
      expect(await until(() => !alive(ffmpeg) && guards.every((pid) => !alive(pid)), 5)).toBe(true);
    } finally {
      server.close();
    }
  });

  it('that gets SIGKILL while ffmpeg hangs', async () => {
    const { parent, ffmpeg, guards } = await cameraProcess(path.join(clips, 'plaza.avi'));
    process.kill(ffmpeg, 'SIGSTOP');
    process.kill(parent, 'SIGKILL');
    expect(await until(() => !alive(ffmpeg) && guards.every((pid) => !alive(pid)), 5)).toBe(true);
  });

  it('that ends by itself', async () => {
    const { parent, ffmpeg, guards } = await cameraProcess(path.join(clips, 'plaza.avi'));
    process.kill(parent, 'SIGTERM');
    expect(await until(() => !alive(ffmpeg) && guards.every((pid) => !alive(pid)), 5)).toBe(true);
  });
});
