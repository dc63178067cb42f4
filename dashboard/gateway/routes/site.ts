import { SightlineError } from '@sightline/runtime/errors';
import type { SiteFeed } from '@sightline/runtime/site-feed';
import type { DiffLine, SiteChange, SiteFile, SiteProposal } from '@sightline/runtime/site-file';
import type { Store } from '@sightline/runtime/store/store';
import { zoneSchema } from '@sightline/schemas';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Audit } from '../access/audit.js';
import type { LiveState } from '../live/state.js';
import { findTracks, type PreviewZone } from '../preview.js';
import { mustWatch } from './history.js';
import { parse } from './parse.js';

/** The configuration: what is in force, drafts of zones tried against the past, and changes written into the site file. */
export interface SiteRouteParts {
  readonly siteFeed: Pick<SiteFeed, 'current'>;
  readonly siteFile: SiteFile | undefined;
  readonly previewZone: PreviewZone | undefined;
  readonly state: LiveState;
  readonly store: Store;
  readonly audit: Audit;
  readonly now: () => number;
}

const entry = z.looseObject({ name: z.string().min(1).max(64) });
const named = z.strictObject({ put: z.array(entry).max(1000).optional(), remove: z.array(z.string().max(64)).max(1000).optional() });
const change = z.strictObject({ cameras: named.optional(), zones: named.optional(), rules: named.optional() });
const version = z.string().regex(/^[0-9a-f]{12}$/);
const saveBody = z.strictObject({ change, version });
const restoreBody = z.strictObject({ saved: version, version });
const previewBody = z.strictObject({ zone: z.looseObject({}), camera: z.string().max(64), hours: z.number().min(0.05).max(24 * 7).default(1) });
/** Hits that a page can show one by one. */
const mostPreviewEvents = 5000;

export function siteRoutes(app: FastifyInstance, parts: SiteRouteParts): void {
  const { siteFeed, siteFile, state, store, audit, now } = parts;

  app.get('/api/v1/site', { config: { role: 'viewer' } }, async (request) => {
    const site = state.siteTopic.value();
    return site && { ...site, cameras: site.cameras.filter(({ name }) => request.mayWatch(name)), zones: site.zones.filter(({ camera }) => request.mayWatch(camera)), editable: siteFile !== undefined, previewable: parts.previewZone !== undefined };
  });

  /** The zones of a camera as the file has them, ready to be edited. */
  app.get('/api/v1/site/zones', { config: { role: 'viewer' } }, async (request) => {
    const { site } = siteFeed.current();
    const only = site.cameras[0]?.name ?? '';
    return { zones: site.zones.filter((zone) => request.mayWatch(zone.camera ?? only)), fileVersion: siteFile ? (await siteFile.read()).version : null };
  });

  app.post('/api/v1/site/propose', { config: { role: 'operator' } }, async (request) => {
    return proposed(await writable().propose(checkRights(request, parse(change, request.body))));
  });

  app.post('/api/v1/site/save', { config: { role: 'operator' } }, async (request) => {
    const body = parse(saveBody, request.body);
    const saved = await writable().save(checkRights(request, body.change), body.version);
    note(request, 'site-saved', summary(body.change as SiteChange));
    return { version: saved.version };
  });

  app.get('/api/v1/site/versions', { config: { role: 'operator' } }, async () => ({ versions: await writable().versions() }));
  app.get('/api/v1/site/versions/:saved', { config: { role: 'admin' } }, async (request) => proposed(await writable().proposeRestore(parse(z.object({ saved: version }), request.params).saved)));
  app.post('/api/v1/site/restore', { config: { role: 'admin' } }, async (request) => {
    const body = parse(restoreBody, request.body);
    const saved = await writable().restore(body.saved, body.version);
    note(request, 'site-restored', body.saved);
    return { version: saved.version };
  });

  app.post('/api/v1/zones/preview', { config: { role: 'operator' } }, async (request) => {
    const body = parse(previewBody, request.body);
    mustWatch(request, body.camera);
    if (!parts.previewZone) throw new SightlineError('USAGE', 'this gateway cannot replay tracks', { remedy: 'open the page of the process that runs the workers' });
    const zone = parse(zoneSchema, body.zone);
    const to = now() * 1000;
    const from = to - body.hours * 3600 * 1_000_000;
    const tracks = await findTracks(store, body.camera, from, to);
    const size = state.cameras.get(body.camera)?.size;
    const { events, samples, unsupported } = await parts.previewZone({ zone, camera: body.camera, aspect: size ? size[0] / size[1] : 16 / 9, tracks, timezone: siteFeed.current().site.site.timezone });
    return { from: from / 1000, to: to / 1000, tracks: tracks.length, counts: count(events), events: events.slice(-mostPreviewEvents), peaks: peaks(samples), ...(unsupported !== undefined && { unsupported }) };
  });

  function writable(): SiteFile {
    if (!siteFile) throw new SightlineError('USAGE', 'the site is not kept in a file that this gateway may write', { remedy: 'change the file where the site is started from' });
    return siteFile;
  }

  /** Zones are for operators, cameras and rules for admins; who is limited to some cameras changes nothing on others. */
  function checkRights(request: FastifyRequest, wanted: z.output<typeof change>): SiteChange {
    const identity = request.identity!;
    if ((wanted.cameras || wanted.rules) && identity.role !== 'admin') throw new SightlineError('ACCESS_DENIED', 'cameras and rules are changed by an admin');
    if (identity.cameras) {
      const { site } = siteFeed.current();
      const only = site.cameras[0]?.name ?? '';
      const cameraOf = new Map(site.zones.map((zone) => [zone.name, zone.camera ?? only]));
      const touched = [...(wanted.zones?.put ?? []).flatMap((put) => [typeof put['camera'] === 'string' ? put['camera'] : only, cameraOf.get(put.name) ?? null]), ...(wanted.zones?.remove ?? []).map((name) => cameraOf.get(name) ?? null)];
      for (const camera of touched) if (camera !== null) mustWatch(request, camera);
    }
    return wanted as SiteChange;
  }

  function note(request: FastifyRequest, action: string, detail: string): void {
    audit.write({ who: request.identity?.name ?? '', role: request.identity?.role ?? '', action, detail, address: request.ip });
  }
}

function proposed({ diff, base, mistakes }: SiteProposal): object {
  return { diff: diff.map(hideAddress), version: base, mistakes: mistakes.map(({ where, message }) => ({ where, message })) };
}

/** Addresses and secrets of the file do not reach a browser, not even as lines around a change. */
function hideAddress(line: DiffLine): DiffLine {
  return { kind: line.kind, text: line.text.replace(/\b(source|url|secret)(["']?\s*:\s*)[^,}]*.*$/i, '$1$2…') };
}

function summary(wanted: SiteChange): string {
  return (['cameras', 'zones', 'rules'] as const)
    .flatMap((section) => [...(wanted[section]?.put ?? []).map(({ name }) => `${section} ${name} saved`), ...(wanted[section]?.remove ?? []).map((name) => `${section} ${name} removed`)])
    .join(', ');
}

function count(events: readonly { kind: string; direction?: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind, direction } of events) {
    const key = direction ? `${kind}.${direction}` : kind;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** Greatest value of each measure, and when. */
function peaks(samples: readonly { at: number; measures: Readonly<Record<string, number | null>> }[]): Record<string, { value: number; at: number }> {
  const found: Record<string, { value: number; at: number }> = {};
  for (const { at, measures } of samples) for (const [measure, value] of Object.entries(measures)) if (value !== null && value > (found[measure]?.value ?? -Infinity)) found[measure] = { value, at: at / 1000 };
  return found;
}
