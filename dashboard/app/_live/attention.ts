import { staleSeconds, type LiveAlert, type LiveCamera, type LiveSite, type LiveZone } from '@sightline/schemas/live';
import type { Text } from '../_text/text';
import type { MessageKey } from '../_text/text';
import { formatAge, formatMeasure } from '../_ui/format';

/** What an operator should look at now, worst first: firing rules, cameras that are down or blind, zones without fresh values. */
export interface Concern {
  readonly key: string;
  readonly severity: 'critical' | 'warning' | 'info';
  readonly text: string;
  readonly camera: string;
  /** The zone that it is about, if it is about one. */
  readonly zone?: string;
}

export interface AttentionInput {
  readonly site: LiveSite;
  readonly alerts: readonly LiveAlert[];
  readonly cameras: ReadonlyMap<string, LiveCamera>;
  readonly zones: ReadonlyMap<string, LiveZone>;
  /** ms by the gateway's clock. */
  readonly now: number;
}

export function concerns(input: AttentionInput, { t, language }: Text): Concern[] {
  const found: Concern[] = [];
  for (const alert of input.alerts) {
    if (alert.state !== 'firing') continue;
    const measure = measureText(alert.measure, t);
    found.push({ key: alert.id, severity: alert.severity, camera: alert.camera, zone: alert.subject, text: t('live.zoneAlert', { subject: alert.subject, measure, value: formatMeasure(alert.measure, alert.value, language) }) });
  }
  const down = new Set<string>();
  for (const { name } of input.site.cameras) {
    const camera = input.cameras.get(name);
    if (!camera) continue;
    if (camera.state === 'offline' || camera.state === 'stalled') {
      down.add(name);
      found.push({ key: `camera:${name}`, severity: 'critical', camera: name, text: t('live.cameraOffline', { camera: name, state: t(`camera.state.${camera.state}`), age: formatAge((input.now - camera.since) / 1000, language) }) });
    } else if (camera.quality !== 'ok') {
      found.push({ key: `quality:${name}`, severity: 'warning', camera: name, text: t('live.cameraQuality', { camera: name, quality: t(`camera.quality.${camera.quality}`) }) });
    }
  }
  for (const zone of input.site.zones) {
    const value = input.zones.get(`${zone.camera}/${zone.name}`);
    if (!value || down.has(zone.camera) || input.cameras.get(zone.camera)?.state === 'ended') continue;
    if ((input.now - value.seenAt) / 1000 > staleSeconds) found.push({ key: `stale:${zone.camera}/${zone.name}`, severity: 'warning', camera: zone.camera, zone: zone.name, text: t('live.zoneStale', { zone: zone.name }) });
  }
  const order = { critical: 0, warning: 1, info: 2 };
  return found.sort((a, b) => order[a.severity] - order[b.severity]);
}

export function measureText(measure: string, t: Text['t']): string {
  return t(`measure.${measure}` as MessageKey);
}
