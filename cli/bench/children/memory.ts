import { createLogger } from '@sightline/runtime/logging';
import { parseSite } from '@sightline/runtime/site-load';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startEmbedded } from '../../embedded.js';

/**
 * Peak memory of an embedded site with so many cameras, all playing a clip in a loop: prints bytes of this process, ffmpeg
 * apart.
 *
 *     node memory.js clip.avi 4 2 20
 */
const [clip, cameras, fps, seconds] = process.argv.slice(2) as [string, string, string, string];
const sampleEveryMs = 100;

const folder = await mkdtemp(path.join(os.tmpdir(), 'sightline-memory-'));
try {
  const list = Array.from({ length: Number(cameras) }, (_, i) => ({ name: `camera-${i}`, source: clip, loop: true, fps: Number(fps) }));
  const { site } = parseSite(JSON.stringify({ cameras: list }));
  const embedded = await startEmbedded({
    site: site!,
    siteFile: path.join(folder, 'site.yaml'),
    dataFolder: folder,
    host: '127.0.0.1',
    port: 0,
    doorPort: null,
    threads: 1,
    insecure: false,
    logger: createLogger({ level: 'silent' }),
    onStep: () => undefined,
    failed: (error) => {
      throw error;
    },
  });
  let peak = 0;
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), sampleEveryMs);
  await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
  clearInterval(sampling);
  await embedded.close();
  process.stdout.write(`${JSON.stringify({ peak })}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
