import { comparePositions, type AlertRecord, type CameraStatus, type FramePosition, type LiveAlert, type LiveCamera, type LiveEvent, type LiveParts, type LiveSite, type LiveZone, type ResultsRecord, type SiteRecord, type ZoneEvent } from '@sightline/schemas';
import { publicSite } from './public-site.js';
import { createKeyedTopic, createListTopic, createWholeTopic, type KeyedTopic, type ListTopic, type Topic, type WholeTopic } from './topic.js';

/**
 * What is true now, as a fold over `results`, `camera-status`, `alerts` and `site`. Idempotent by the frame's position:
 * a record at or below a camera's mark is dropped (architecture rule 2).
 */
export interface LiveState {
  /** False when the record was seen before. */
  results(record: ResultsRecord, arrivedAt: number): boolean;
  status(status: CameraStatus): void;
  alert(alert: AlertRecord): void;
  site(record: SiteRecord): void;
  parts(parts: LiveParts): void;
  /** Values read back from the store at start; they never replace newer ones. */
  restore(zones: readonly LiveZone[], events: readonly LiveEvent[]): void;
  readonly zones: KeyedTopic<LiveZone>;
  readonly cameras: KeyedTopic<LiveCamera>;
  readonly events: ListTopic<LiveEvent>;
  readonly alerts: WholeTopic<readonly LiveAlert[]>;
  readonly siteTopic: WholeTopic<LiveSite | null>;
  readonly partsTopic: WholeTopic<LiveParts>;
  readonly topics: readonly Topic[];
}

const eventsKept = 200;
/** Resolved alerts stay in the list so that an operator sees what has just passed. */
const alertsKept = 100;

export function createLiveState(): LiveState {
  const zones = createKeyedTopic<LiveZone>('zones');
  const cameras = createKeyedTopic<LiveCamera>('cameras');
  const events = createListTopic<LiveEvent>('events', eventsKept);
  const alerts = createWholeTopic<readonly LiveAlert[]>('alerts', []);
  const siteTopic = createWholeTopic<LiveSite | null>('site', null);
  const partsTopic = createWholeTopic<LiveParts>('parts', { log: { state: 'ok', since: 0 }, store: { state: 'ok', since: 0 } });
  const marks = new Map<string, FramePosition>();

  return {
    zones,
    cameras,
    events,
    alerts,
    siteTopic,
    partsTopic,
    topics: [siteTopic, zones, cameras, events, alerts, partsTopic],
    results(record, arrivedAt) {
      const { camera, epoch, seq, quality } = record.input;
      const seenAt = seenTime(record, arrivedAt);
      const mark = marks.get(camera);
      if (mark && comparePositions({ epoch, seq }, mark) <= 0) return false;
      marks.set(camera, { epoch, seq });
      for (const sample of record.samples) {
        zones.set(zoneKey(camera, sample.zone), {
          camera,
          zone: sample.zone,
          kind: sample.zoneKind,
          at: sample.at,
          seenAt,
          measures: sample.measures,
          ...(sample.perClass && { perClass: sample.perClass }),
          coverage: sample.coverage,
        });
      }
      for (const event of record.events) events.add(told(event, camera));
      // Frames arrive many times a second; a camera's card changes at most once a second unless its quality does.
      const known = cameras.get(camera) ?? unreported(camera, arrivedAt);
      if (known.lastResultAt === null || seenAt - known.lastResultAt >= 1000 || known.quality !== quality.state) {
        cameras.set(camera, { ...known, lastFrameAt: Math.max(known.lastFrameAt ?? 0, seenAt), lastResultAt: seenAt, quality: quality.state });
      }
      return true;
    },
    status(status) {
      const known = cameras.get(status.camera);
      const now = reported(status);
      // Results come oftener than reports, so they may know of a newer frame.
      const lastFrameAt = now.lastFrameAt === null || !known?.lastFrameAt ? now.lastFrameAt : Math.max(now.lastFrameAt, known.lastFrameAt);
      cameras.set(status.camera, { ...now, lastFrameAt, lastResultAt: known?.lastResultAt ?? null });
    },
    alert(alert) {
      const rest = alerts.value().filter((other) => !(other.rule === alert.rule && other.since === alert.since));
      const ordered = [alert, ...rest].sort((a, b) => rank(a) - rank(b) || b.at - a.at);
      alerts.set(ordered.slice(0, alertsKept));
    },
    site(record) {
      const site = publicSite(record);
      const zoneNames = new Set(site.zones.map((zone) => zoneKey(zone.camera, zone.name)));
      const cameraNames = new Set(site.cameras.map((camera) => camera.name));
      zones.retain((value) => zoneNames.has(zoneKey(value.camera, value.zone)));
      cameras.retain((value) => cameraNames.has(value.camera));
      siteTopic.set(site);
    },
    parts: (parts) => partsTopic.set(parts),
    restore(oldZones, oldEvents) {
      for (const value of oldZones) if (!zones.get(zoneKey(value.camera, value.zone))) zones.set(zoneKey(value.camera, value.zone), value);
      const held = new Set(events.values().map((event) => event.id));
      for (const event of [...oldEvents].sort((a, b) => a.at - b.at)) if (!held.has(event.id)) events.add(event);
    },
  };
}

export function zoneKey(camera: string, zone: string): string {
  return `${camera}/${zone}`;
}

/**
 * When what a record says was so: the frame's own time, so that a camera whose frames wait in a queue does not look fresh; a clock
 * ahead of ours does not make it younger than now. A recording tells of another time: there it is when its record came.
 */
function seenTime(record: ResultsRecord, arrivedAt: number): number {
  return record.input.recording ? arrivedAt : Math.min(arrivedAt, record.input.capturedAt / 1000);
}

function rank(alert: LiveAlert): number {
  return { firing: 0, pending: 1, resolved: 2 }[alert.state];
}

function told({ id, zone, zoneKind, kind, at, track, cls, direction, seconds, part, point, value }: ZoneEvent, camera: string): LiveEvent {
  return {
    id,
    camera,
    zone,
    zoneKind,
    kind,
    at,
    ...(track !== undefined && { track }),
    ...(cls !== undefined && { cls }),
    ...(direction !== undefined && { direction }),
    ...(seconds !== undefined && { seconds }),
    ...(part !== undefined && { part }),
    ...(point !== undefined && { point }),
    ...(value !== undefined && { value }),
  };
}

/** Field by field, so that what a later version adds to the topic does not reach browsers unseen. */
function reported(status: CameraStatus): Omit<LiveCamera, 'lastResultAt'> {
  const { camera, state, since, at, fpsWanted, fpsGot, lastFrameAt, size, dropped, quiet, frames, reconnects, quality, problem } = status;
  return { camera, state, since, at, fpsWanted, fpsGot, lastFrameAt, size, dropped, quiet, frames, reconnects, quality, ...(problem !== undefined && { problem: withoutAddresses(problem) }) };
}

/** Nothing of a camera's address reaches a browser, not even its host: who may see numbers need not know the network. */
function withoutAddresses(problem: string): string {
  return problem.replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, 'its address');
}

function unreported(camera: string, at: number): LiveCamera {
  return { camera, state: 'online', since: at, at, fpsWanted: 0, fpsGot: 0, lastFrameAt: null, lastResultAt: null, size: null, dropped: {}, quiet: 0, frames: 0, reconnects: 0, quality: 'ok' };
}
