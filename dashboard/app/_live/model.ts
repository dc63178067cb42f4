import type { LiveAlert, LiveCamera, LiveData, LiveEvent, LiveMessage, LiveParts, LiveSite, LiveZone } from '@sightline/schemas/live';
import { createAtom, type Atom } from './atom';
import { createPace } from './pace';

/** Last known values of the page: one atom per zone and camera, fed by the snapshot in the page and the live socket. */
const eventsShown = 200;

export const siteAtom = createAtom<LiveSite | null>(null);
export const eventsAtom = createAtom<readonly LiveEvent[]>([]);
export const alertsAtom = createAtom<readonly LiveAlert[]>([]);
export const partsAtom = createAtom<LiveParts | null>(null);
/** Whether anything has been heard yet, from the page's own snapshot or the socket. */
export const heardAtom = createAtom(false);
/** Changes with each camera value, for what sums up all cameras. */
export const camerasAtom = createAtom<ReadonlyMap<string, LiveCamera>>(new Map());
/** Changes with each zone value, for what sums up all zones; read it at most once a second. */
export const zonesAtom = createAtom<ReadonlyMap<string, LiveZone>>(new Map());

/** Whether anything has been seen by any camera yet. */
export function resultsFlow(cameras: ReadonlyMap<string, LiveCamera>): boolean {
  return [...cameras.values()].some((camera) => camera.lastResultAt !== null);
}

const zoneAtoms = new Map<string, Atom<LiveZone | null>>();
const cameraAtoms = new Map<string, Atom<LiveCamera | null>>();

export function zoneAtom(camera: string, zone: string): Atom<LiveZone | null> {
  return atomOf(zoneAtoms, `${camera}/${zone}`);
}

export function cameraAtom(camera: string): Atom<LiveCamera | null> {
  return atomOf(cameraAtoms, camera);
}

function atomOf<T>(atoms: Map<string, Atom<T | null>>, key: string): Atom<T | null> {
  let atom = atoms.get(key);
  if (!atom) {
    atom = createAtom<T | null>(null);
    atoms.set(key, atom);
  }
  return atom;
}

export function applyMessage(message: Extract<LiveMessage, { topic: string }>): void {
  const replace = message.type === 'snapshot';
  switch (message.topic) {
    case 'site':
      siteAtom.set(message.data);
      break;
    case 'zones':
      setZones(message.data, replace);
      break;
    case 'cameras':
      setCameras(message.data, replace);
      break;
    case 'alerts':
      alertsAtom.set(message.data);
      break;
    case 'parts':
      partsAtom.set(message.data);
      break;
    case 'events':
      setEvents(message.data, replace);
      break;
  }
  heardAtom.set(true);
}

export function applySnapshot(data: LiveData): void {
  siteAtom.set(data.site);
  setZones(data.zones, true);
  setCameras(data.cameras, true);
  setEvents(data.events, true);
  alertsAtom.set(data.alerts);
  partsAtom.set(data.parts);
  heardAtom.set(true);
}

const zonePace = createPace<LiveZone>((value) => zoneAtom(value.camera, value.zone).set(value), (a, b) => sameNumbers(a.measures, b.measures));
const cameraPace = createPace<LiveCamera>((value) => cameraAtom(value.camera).set(value), (a, b) => a.state === b.state && a.quality === b.quality && a.problem === b.problem);

/** All of them, shown or not yet. */
let events: readonly LiveEvent[] = [];
const eventsPace = createPace<readonly LiveEvent[]>((value) => eventsAtom.set(value), () => false);

function setEvents(values: readonly LiveEvent[], replace: boolean): void {
  events = replace ? values : [...values, ...events].slice(0, eventsShown);
  if (replace) eventsPace.replace('', events);
  else eventsPace.change('', events);
}

function sameNumbers(a: LiveZone['measures'], b: LiveZone['measures']): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function setZones(values: readonly LiveZone[], replace: boolean): void {
  const next = new Map(replace ? [] : zonesAtom.get());
  for (const value of values) {
    const key = `${value.camera}/${value.zone}`;
    next.set(key, value);
    if (replace) zonePace.replace(key, value);
    else zonePace.change(key, value);
  }
  zonesAtom.set(next);
}

function setCameras(values: readonly LiveCamera[], replace: boolean): void {
  const next = new Map(replace ? [] : camerasAtom.get());
  for (const value of values) {
    const known = next.get(value.camera);
    next.set(value.camera, value);
    // A camera that goes down or comes back is told at once.
    if (replace || known?.state !== value.state) cameraPace.replace(value.camera, value);
    else cameraPace.change(value.camera, value);
  }
  camerasAtom.set(next);
}
