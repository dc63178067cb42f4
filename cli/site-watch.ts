import { formatMistakes, parseSite } from '@sightline/runtime/site-load';
import type { Logger } from '@sightline/runtime/logging';
import type { Site } from '@sightline/schemas';
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';

/**
 * Watches a site file. A saved change is checked and handed on; a broken file keeps the old site running and says why.
 * Polls the file's times, which also sees editors that replace the file.
 */
const pollEveryMs = 500;

export function watchSite(file: string, apply: (site: Site) => Promise<void>, log: Logger): () => void {
  const changed = async (): Promise<void> => {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) {
      log.warn(`the site file ${file} is gone; the last one stays in force`);
      return;
    }
    const { site, mistakes } = parseSite(text);
    if (!site) {
      log.error(`the site file was saved with mistakes; the last one stays in force\n${formatMistakes(file, mistakes)}`);
      return;
    }
    await apply(site);
    log.info(`the site file was applied: ${file}`);
  };
  const listener = (): void => void changed().catch((error: unknown) => log.error({ err: error }, 'the site file could not be applied'));
  watchFile(file, { interval: pollEveryMs }, listener);
  return () => unwatchFile(file, listener);
}
