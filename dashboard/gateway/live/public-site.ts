import { evidenceSchema, type Camera, type LiveSite, type LiveSiteZone, type SiteRecord, type Zone } from '@sightline/schemas';

/** What of the configuration a browser may know: never a source address, a webhook or a secret. */
export function publicSite(record: SiteRecord): LiveSite {
  const { site } = record;
  const only = site.cameras[0]?.name ?? '';
  return {
    name: site.site.name,
    timezone: site.site.timezone,
    version: record.version,
    cameras: site.cameras.map((camera) => ({
      name: camera.name,
      kind: sourceKind(camera),
      fps: camera.fps,
      model: camera.model,
      blurHeads: camera.privacy.blurHeads,
      masks: camera.privacy.masks,
    })),
    zones: site.zones.map((zone) => publicZone(zone, only)),
    rules: site.rules.map(({ name, when, for: seconds, severity, clip }) => ({ name, when, for: seconds, severity, ...(clip !== undefined && { clip }) })),
    silences: site.silences.map(({ rules, cameras, from, until, reason }) => ({ ...(rules && { rules }), ...(cameras && { cameras }), from: Date.parse(from), until: Date.parse(until), reason })),
    evidence: site.site.evidence ?? evidenceSchema.parse({}),
  };
}

export function publicZone(zone: Zone, onlyCamera: string): LiveSiteZone {
  const common = { name: zone.name, camera: zone.camera ?? onlyCamera, kind: zone.kind, ...(zone.evidence && { evidence: zone.evidence }) };
  switch (zone.kind) {
    case 'line':
      return { ...common, shapes: [{ points: zone.line }, ...(zone.gate ? [{ name: 'gate', points: zone.gate }] : [])] };
    case 'area':
      return { ...common, shapes: [{ points: zone.polygon }], ...(zone.capacity !== undefined && { capacity: zone.capacity }) };
    case 'queue':
      return { ...common, shapes: [{ points: zone.polygon }, ...(zone.service ? [{ name: 'service', points: zone.service }] : [])] };
    case 'stalls':
      return { ...common, shapes: zone.stalls.map(({ name, polygon }) => ({ name, points: polygon })) };
    case 'shelf':
      return { ...common, shapes: zone.facings.map(({ name, polygon }) => ({ name, points: polygon })) };
  }
}

/** The kind of a source told from its address alone, so that nothing of the address is passed on. */
function sourceKind(camera: Camera): string {
  if (camera.kind !== 'auto') return camera.kind;
  const scheme = /^(rtsp|rtmp|https?|demo)s?:/i.exec(camera.source)?.[1]?.toLowerCase();
  if (scheme === 'rtsp' || scheme === 'rtmp' || scheme === 'demo') return scheme;
  if (scheme) return /\.m3u8(\?|$)/i.test(camera.source) ? 'hls' : 'http';
  return camera.source.startsWith('/dev/') ? 'usb' : 'file';
}
