import { oidcFrom } from '@sightline/dashboard/gateway/access/oidc-options';
import { startGateway, type Gateway } from '@sightline/dashboard/gateway/server';
import { openMemoryLog } from '@sightline/runtime/log/memory/memory-log';
import type { Log } from '@sightline/runtime/log/log';
import type { Logger } from '@sightline/runtime/logging';
import { createSiteFile } from '@sightline/runtime/site-file';
import { openSiteFeed, publishSite } from '@sightline/runtime/site-feed';
import { openDoor, type Door } from '@sightline/runtime/store/door';
import { openEmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import { topics, type Site } from '@sightline/schemas';
import { startAlerts } from '@sightline/workers/alerts/start';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createDetectors } from './detectors.js';
import { startEngine } from './engine.js';
import { previewZone } from './preview-zone.js';
import { tryFromPage } from './try-camera.js';

/**
 * A whole site in this process (architecture, embedded): log and store in one data folder, cameras, worker, sink, alerts,
 * gateway and door.
 *
 *     const embedded = await startEmbedded({ site, dataFolder: 'data', host: '127.0.0.1', port: 8420, … });
 */
export interface EmbeddedOptions {
  readonly site: Site;
  /** An existing folder that can be written. */
  readonly dataFolder: string;
  readonly host: string;
  readonly port: number;
  /** Port of the store's door on 127.0.0.1; null leaves it closed. */
  readonly doorPort: number | null;
  /** Inference threads. */
  readonly threads: number;
  readonly insecure: boolean;
  /** The site file, which the page may change; whoever watches it applies what was saved. */
  readonly siteFile: string;
  readonly logger: Logger;
  readonly onStep: (what: string) => void;
  /** Part of the engine has stopped and cannot go on. */
  readonly failed: (error: unknown) => void;
}

export interface Embedded {
  readonly url: string;
  /** One-time link with which the first owner signs up; null once there is one. */
  readonly ownerLink: string | null;
  readonly door: Door | null;
  /** Puts another site in force; only what changed restarts. */
  apply(site: Site): Promise<void>;
  close(): Promise<void>;
}

/** Frames of one partition that may wait in the log: more would only make a live picture old, and a recording waits as well. */
const framesWaiting = 4;
/** Longest wait at the start for the store to take in what the last process left in the log. */
const catchUpMs = 3000;

const pagesFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), import.meta.url.includes('/dist/') ? '../..' : '..', 'dashboard', 'out');

export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { site, dataFolder, logger, threads, failed, onStep } = options;
  // Closed in the reverse order; when the start fails half-way, what was opened is closed too.
  const open: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of open.splice(0).reverse()) await end().catch((error: unknown) => logger.error({ err: error }, 'while ending'));
  };
  try {
    // Half a setting is told before anything starts.
    const oidc = oidcFrom(process.env);
    onStep('store');
    const store = await openEmbeddedStore({ folder: path.join(dataFolder, 'store') });
    open.push(() => store.close());
    await migrate(store, { onProgress: ({ name }) => onStep(`store: ${name}`) });

    const log: Log = await openMemoryLog({ folder: path.join(dataFolder, 'log'), frameRecords: framesWaiting });
    open.push(() => log.close());
    await log.ensureTopics(topics);
    await publishSite(log, site);
    const feed = await openSiteFeed({ log, report: (problem) => logger.warn(problem) });
    open.push(() => feed.close());

    onStep('model');
    const detectors = createDetectors({ threads, logger, reportProgress: ({ what }) => onStep(what) });
    open.push(() => detectors.close());
    await detectors.prepare(site);

    onStep('cameras');
    const engine = await startEngine({ log, store, feed, detectors, threads, logger, failed });
    open.push(() => engine.close());
    const alerts = await startAlerts({ log, siteFeed: feed, logger, failed });
    open.push(() => alerts.close());

    // What the log held when the last process died is in the store before the page reads its first values from there. A store
    // that cannot take it now (a full disk) delays the page no longer than this.
    await Promise.race([engine.sink.drained(), setTimeout(catchUpMs, undefined, { ref: false })]);
    const gateway: Gateway = await startGateway({
      log,
      store,
      siteFeed: feed,
      pictures: engine.ingest.pictures,
      pagesFolder,
      host: options.host,
      port: options.port,
      dataFolder,
      logger,
      insecure: options.insecure,
      ...(oidc && { oidc }),
      siteFile: createSiteFile(options.siteFile, { versions: path.join(dataFolder, 'site-versions') }),
      previewZone,
      tryCamera: tryFromPage,
    });
    open.push(() => gateway.close());
    const door = options.doorPort === null ? null : await openDoor({ store, port: options.doorPort });
    if (door) open.push(() => door.close());

    return {
      url: gateway.url,
      ownerLink: gateway.ownerLink,
      door,
      async apply(next) {
        await detectors.prepare(next);
        await publishSite(log, next);
        await feed.refresh();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
