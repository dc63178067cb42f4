import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { clipsFolder } from './test-footage.js';

/** Peak resident memory of a process that runs so many cameras for a while, MiB, without their ffmpegs. */
async function peakOf(cameras: number): Promise<number> {
  const script = `
    const { startCamera } = await import('@sightline/ingest/camera');
    const { cameraSchema } = await import('@sightline/schemas');
    const runs = Array.from({ length: ${cameras} }, (_, i) => {
      const camera = cameraSchema.parse({ name: 'c' + i, source: ${JSON.stringify(path.join(clipsFolder, 'traffic.mp4'))}, loop: true, gate: false });
      const run = startCamera({ camera, size: () => ({ width: 512, height: 288 }), publish: async (header, pixels) => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        run.recycle(pixels);
      }, status: () => undefined, epoch: 1 });
      return run;
    });
    await new Promise((resolve) => setTimeout(resolve, 20_000));
    await Promise.all(runs.map((run) => run.stop()));
    console.log(process.resourceUsage().maxRSS / 1024);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: path.join(import.meta.dirname, '../test') });
  return Number(stdout);
}

it('a further camera takes at most 40 MiB beside its ffmpeg', async () => {
  const one = await peakOf(1);
  const five = await peakOf(5);
  expect((five - one) / 4).toBeLessThan(40);
}, 120_000);
