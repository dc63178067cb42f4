import { createHash } from 'node:crypto';
import type { Site, SiteRecord } from '@sightline/schemas';
import { systemClock, type Clock } from './clock.js';
import { SightlineError } from './errors.js';
import type { Log, StoredRecord } from './log/log.js';

/**
 * The site configuration in force, from the topic `site`. Two records stand for each version: `name` holds the newest,
 * `name/version` keeps that version for as long as results records may refer to it, since a takeover folds them under
 * the configuration that they were made with.
 *
 *     await publishSite(log, site);
 *     const feed = await openSiteFeed({ log });
 *     feed.subscribe(({ version, site }) => …);
 */
export interface SiteFeed {
  current(): SiteRecord;
  /** Looks into the topic now, and answers with what is in force. */
  refresh(): Promise<SiteRecord>;
  /** The site of an earlier version, or null when it is no longer kept. */
  version(version: string): Promise<Site | null>;
  /** Called with each new configuration until the returned function is called. */
  subscribe(listener: (record: SiteRecord) => void): () => void;
  close(): Promise<void>;
}

export interface SiteFeedOptions {
  readonly log: Log;
  readonly clock?: Clock;
  /** How often the topic is looked at. Default 0.5 s. */
  readonly everySeconds?: number;
  /** Stops waiting for the first configuration. */
  readonly signal?: AbortSignal;
  readonly report?: (problem: string) => void;
}

/** Older versions are dropped this long after they were superseded: one day longer than results are kept. */
const keepSupersededSeconds = 8 * 86_400;

/** First 12 hex digits of the sha256 of the site's canonical JSON (keys sorted, no spaces). */
export function siteVersion(site: Site): string {
  return createHash('sha256').update(canonical(site)).digest('hex').slice(0, 12);
}

/** Puts a configuration in force. The same one again changes nothing. */
export async function publishSite(log: Log, site: Site, now: () => number = Date.now): Promise<SiteRecord> {
  const { name } = site.site;
  const record: SiteRecord = { v: 1, version: siteVersion(site), site };
  const before = await log.latest('site');
  const inForce = before.get(name);
  if (inForce && decode(inForce).version === record.version) return record;
  const value = Buffer.from(JSON.stringify(record), 'utf8');
  const oldest = now() - keepSupersededSeconds * 1000;
  const versions = [...before.values()].filter(({ key }) => key.startsWith(`${name}/`)).sort((a, b) => a.offset - b.offset);
  // A version was superseded when the next one came.
  const gone = versions.filter((_, index) => (versions[index + 1]?.appendedAt ?? now()) < oldest).map(({ key }) => ({ key, value: null }));
  const producer = await log.producer();
  try {
    await producer.send('site', [...gone, { key: `${name}/${record.version}`, value }, { key: name, value: Buffer.from(value) }]);
  } finally {
    await producer.close();
  }
  return record;
}

/** Resolves once there is a configuration. */
export async function openSiteFeed(options: SiteFeedOptions): Promise<SiteFeed> {
  const { log, clock = systemClock, everySeconds = 0.5, report = () => undefined } = options;
  const listeners = new Set<(record: SiteRecord) => void>();
  const stop = new AbortController();
  const known = new Map<string, Site>();
  let current: SiteRecord | null = null;
  let seenEnd = -1;

  async function look(): Promise<void> {
    const { end } = await log.offsets({ topic: 'site', partition: 0 });
    if (end === seenEnd) return;
    const records = [...(await log.latest('site')).values()].sort((a, b) => a.offset - b.offset);
    seenEnd = end;
    known.clear();
    for (const record of records) {
      const { version, site } = decode(record);
      known.set(version, site);
    }
    const newest = records.filter(({ key }) => !key.includes('/')).at(-1);
    if (!newest) return;
    const record = decode(newest);
    if (record.version === current?.version) return;
    current = record;
    for (const listener of [...listeners]) listener(record);
  }

  function inForce(): SiteRecord {
    if (!current) throw new SightlineError('LOG_TOPIC_MISSING', 'the topic site holds no configuration', { remedy: 'start `sightline ingest` with --site FILE first' });
    return current;
  }

  for (await look(); !current; await look()) {
    options.signal?.throwIfAborted();
    await clock.sleep(everySeconds * 1000, options.signal);
  }
  const polling = (async () => {
    let failing = false;
    while (!stop.signal.aborted) {
      await clock.sleep(everySeconds * 1000, stop.signal);
      if (stop.signal.aborted) return;
      try {
        await look();
        failing = false;
      } catch (error) {
        if (!failing) report(`the configuration cannot be read, the last one stays in force: ${(error as Error).message}`);
        failing = true;
      }
    }
  })();

  return {
    current: inForce,
    refresh: async () => {
      await look();
      return inForce();
    },
    version: async (version) => {
      if (!known.has(version)) await look();
      return known.get(version) ?? null;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: async () => {
      stop.abort();
      listeners.clear();
      await polling;
    },
  };
}

function decode(record: StoredRecord): SiteRecord {
  const value = JSON.parse(Buffer.from(record.value!).toString('utf8')) as SiteRecord;
  if (value.v !== 1) throw new SightlineError('RECORD_NEWER', `the site configuration is of form ${String(value.v)}; this process knows form 1`);
  return value;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
    .join(',')}}`;
}
