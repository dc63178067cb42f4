import type { Camera, Polygon, SiteRecord, Zone } from '@sightline/schemas';

/** What one version of the site asks of one camera. */
export interface CameraSetup {
  readonly version: string;
  readonly camera: Camera;
  readonly zones: readonly Zone[];
  /** Facings whose features the detector pools: `zone/facing` → polygon. The same object for each frame of a version. */
  readonly facings: Readonly<Record<string, Polygon>> | null;
}

export function setupsOf({ version, site }: SiteRecord): ReadonlyMap<string, CameraSetup> {
  const only = site.cameras.length === 1 ? site.cameras[0]!.name : undefined;
  return new Map(
    site.cameras.map((camera) => {
      const zones = site.zones.filter((zone) => (zone.camera ?? only) === camera.name);
      const facings = zones.flatMap((zone) => (zone.kind === 'shelf' ? zone.facings.map((facing) => [`${zone.name}/${facing.name}`, facing.polygon] as const) : []));
      return [camera.name, { version, camera, zones, facings: facings.length > 0 ? Object.fromEntries(facings) : null }];
    }),
  );
}
