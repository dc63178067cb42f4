import { loadSite, formatMistakes, parseSite } from '@sightline/runtime/site-load';
import { SightlineError } from '@sightline/runtime/errors';
import { siteVersion } from '@sightline/runtime/site-feed';
import type { Camera, Site, Zone } from '@sightline/schemas';
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** What `sightline run` is asked for: recordings, and the zones that lie on them. */
export interface JobOptions {
  readonly videos: readonly string[];
  /** A site file: the recordings stand in for its cameras, in their order. */
  readonly site?: string;
  /** A file with `zones:` alone, drawn on every recording. */
  readonly zones?: string;
  readonly fps?: number;
  readonly model?: string;
  readonly gate?: boolean;
}

export interface Job {
  readonly site: Site;
  /** The same job again has the same key: so a run that was interrupted goes on. */
  readonly key: string;
}

/** The site that the recordings make, one camera each, played as fast as the machine goes. */
export async function jobOf(options: JobOptions): Promise<Job> {
  const { videos } = options;
  if (videos.length === 0) throw new SightlineError('USAGE', 'no recording was given', { remedy: 'sightline run VIDEO… [--zones zones.yaml]' });
  for (const video of videos) if (!existsSync(video)) throw new SightlineError('SOURCE_NOT_FOUND', `there is no file at ${video}`);
  if (options.site && options.zones) throw new SightlineError('USAGE', 'both --site and --zones were given', { remedy: 'give one of them' });
  const site = asRecordings(options.site ? await siteWithVideos(options.site, videos) : await siteOfVideos(videos, options.zones), options);
  const files = videos.map((video) => {
    const { size, mtimeMs } = statSync(video);
    return [path.resolve(video), size, mtimeMs];
  });
  return { site, key: createHash('sha256').update(JSON.stringify([siteVersion(site), files])).digest('hex').slice(0, 16) };
}

async function siteWithVideos(file: string, videos: readonly string[]): Promise<Site> {
  const site = await loadSite(file);
  if (videos.length > site.cameras.length) {
    throw new SightlineError('USAGE', `${videos.length} recordings were given, but ${file} has ${site.cameras.length} cameras`, { remedy: 'give at most as many recordings as the site has cameras' });
  }
  const cameras = videos.map((video, i) => ({ ...site.cameras[i]!, source: path.resolve(video) }));
  const names = new Set(cameras.map((camera) => camera.name));
  return { ...site, cameras, zones: site.zones.filter((zone) => names.has(zone.camera!)), webhooks: [], rules: [] };
}

async function siteOfVideos(videos: readonly string[], zonesFile: string | undefined): Promise<Site> {
  const names = cameraNames(videos);
  const cameras = videos.map((video, i) => ({ name: names[i], source: path.resolve(video) }));
  if (zonesFile === undefined) return checked(`cameras: ${JSON.stringify(cameras)}\n`, 'the recordings');
  const text = await readFile(zonesFile, 'utf8').catch((cause: unknown) => {
    throw new SightlineError('SITE_INVALID', `the zones file ${zonesFile} cannot be read: ${(cause as Error).message}`, { cause, remedy: 'check the path given with --zones' });
  });
  if (/^cameras\s*:/m.test(text)) return siteWithVideos(zonesFile, videos);
  // Checked with one camera, whose zones then lie on every recording.
  const one = checked(`${text}\ncameras: ${JSON.stringify(cameras.slice(0, 1))}\n`, zonesFile);
  if (videos.length === 1) return one;
  const all = checked(`cameras: ${JSON.stringify(cameras)}\n`, 'the recordings');
  const zones = names.flatMap((camera) => one.zones.map((zone): Zone => ({ ...zone, camera, name: `${camera}.${zone.name}`.slice(0, 64) })));
  return { ...all, site: one.site, zones };
}

function checked(text: string, file: string): Site {
  const { site, mistakes } = parseSite(text);
  if (!site) throw new SightlineError('SITE_INVALID', formatMistakes(file, mistakes));
  return site;
}

function asRecordings(site: Site, { fps, model, gate }: JobOptions): Site {
  const cameras = site.cameras.map((camera): Camera => ({ ...camera, pace: 'fast', loop: false, fps: fps ?? camera.fps, model: model ?? camera.model, gate: gate ?? camera.gate }));
  return { ...site, cameras };
}

/** A name for each recording, from its file name, each different. */
function cameraNames(videos: readonly string[]): string[] {
  const taken = new Set<string>();
  return videos.map((video) => {
    const base = path.parse(video).name.normalize('NFC').replace(/[^\p{L}\p{N}\p{M}._-]+/gu, '-').replace(/^[^\p{L}\p{N}]+/u, '').slice(0, 56) || 'video';
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
    taken.add(name);
    return name;
  });
}
