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
  // The alert holds the value that made it fire; what stands on the tile is the one of now.
  const now = (alert: LiveAlert): number | null => input.zones.get(`${alert.camera}/${alert.subject}`)?.measures[alert.measure] ?? alert.value;
  for (const alert of input.alerts) {
    if (alert.state !== 'firing') continue;
    found.push({ key: alert.id, severity: alert.severity, camera: alert.camera, zone: alert.subject, text: alertText(alert, now(alert), { t, language }) });
  }
  const down = new Set<string>();
  for (const { name } of input.site.cameras) {
    const camera = input.cameras.get(name);
    if (!camera) continue;
    if (camera.state === 'offline' || camera.state === 'stalled') {
      down.add(name);
      found.push({ key: `camera:${name}`, severity: 'critical', camera: name, text: t('live.cameraOffline', { camera: name, state: t(`camera.state.${camera.state}`), age: formatAge((input.now - camera.since) / 1000, language) }) });
    } else if (camera.state === 'online' && camera.lastResultAt !== null && input.now - camera.lastResultAt > staleSeconds * 1000) {
      // Said once for the camera, not once for each of its zones.
      down.add(name);
      found.push({ key: `stale:${name}`, severity: 'warning', camera: name, text: t('live.cameraStale', { camera: name, age: formatAge((input.now - camera.lastResultAt) / 1000, language) }) });
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

const said: ReadonlySet<string> = new Set(['wait', 'meanWait', 'waitForecast', 'length', 'count', 'occupancy', 'density', 'fill', 'empty', 'free', 'occupied', 'overstays'] satisfies (MessageKey extends infer K ? (K extends `concern.${infer Measure}` ? Measure : never) : never)[]);

/** As a person would say it: "till-3 waits 6:10", not the rule's own condition. */
function alertText(alert: LiveAlert, shown: number | null, { t, language }: Pick<Text, 't' | 'language'>): string {
  const value = formatMeasure(alert.measure, shown, language);
  if (said.has(alert.measure)) return t(`concern.${alert.measure}` as MessageKey, { subject: alert.subject, value });
  return t('live.zoneAlert', { subject: alert.subject, measure: measureText(alert.measure, t), value });
}

export function measureText(measure: string, t: Text['t']): string {
  return t(`measure.${measure}` as MessageKey);
}
