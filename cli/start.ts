import { createLogger } from '@sightline/runtime/logging';
import { loadSite } from '@sightline/runtime/site-load';
import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StartOptions } from './commands/start.js';
import { openDataFolder, removeRunning, writeRunning } from './data-folder.js';
import { withDemoClip } from './demo/clip.js';
import { startEmbedded } from './embedded.js';
import { watchSite } from './site-watch.js';
import { stopRequested } from './stop-signal.js';
import { showProgress, type Progress } from './terminal/progress.js';

const demoSite = path.resolve(path.dirname(fileURLToPath(import.meta.url)), import.meta.url.includes('/dist/') ? '../demo/site.yaml' : 'demo/site.yaml');

/** The demo's site file, copied once into the data folder, where it may be changed, by hand or from the page. */
async function demoSiteIn(dataFolder: string): Promise<string> {
  const file = path.join(dataFolder, 'site.yaml');
  await copyFile(demoSite, file, constants.COPYFILE_EXCL).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return file;
}

/** `sightline start`: runs until it is asked to end, then drains. */
export async function start(options: StartOptions): Promise<void> {
  const logger = createLogger({ format: 'text' });
  const stop = stopRequested();
  const dataFolder = await openDataFolder(options.data);
  const file = options.site ? path.resolve(options.site) : await demoSiteIn(dataFolder);
  const site = await withDemoClip(await loadSite(file), downloads());

  let failed: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => (failed = reject));
  failure.catch(() => undefined);
  const embedded = await startEmbedded({
    site,
    dataFolder,
    host: options.host,
    port: options.port,
    doorPort: options.door ? options.doorPort : null,
    threads: options.threads ?? Math.max(1, availableParallelism() - 1),
    insecure: options.insecure,
    siteFile: file,
    logger,
    onStep: (what) => logger.info(`starting: ${what}`),
    failed,
  });
  await writeRunning(dataFolder, { pid: process.pid, url: embedded.url, door: embedded.door?.port ?? null });
  const unwatch = watchSite(file, async (changed) => embedded.apply(await withDemoClip(changed, downloads())), logger);
  const owner = embedded.ownerLink ? `To ask for a password from now on, sign up as the owner: ${embedded.ownerLink}\n` : '';
  process.stdout.write(`\nSightline is on ${embedded.url}\n${owner}${embedded.door ? `ClickHouse clients (read only): ${embedded.door.url}\n` : ''}Ctrl-C ends it; nothing that was counted is lost.\n\n`);

  try {
    await Promise.race([stop, failure]);
  } finally {
    unwatch();
    const began = performance.now();
    logger.info('ending: finishing what was begun');
    await embedded.close();
    await removeRunning(dataFolder);
    logger.info(`ended in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
}

function downloads(): (step: { readonly what: string; readonly bytes?: number; readonly total?: number }) => void {
  let progress: Progress | undefined;
  return ({ what, bytes, total }) => {
    if (bytes === undefined) process.stderr.write(`fetching ${what} …\n`);
    else (progress ??= showProgress(`fetching ${what}`, { unit: 'bytes', total })).update(bytes, total);
    if (bytes !== undefined && bytes === total) progress?.done();
  };
}
