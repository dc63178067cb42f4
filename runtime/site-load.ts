import { closest, distance } from 'fastest-levenshtein';
import { readFile } from 'node:fs/promises';
import { conditionPattern, journeyOf, siteSchema, type Site, type ZoneKind } from '@sightline/schemas';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { SightlineError } from './errors.js';

/**
 * Reads a site file and reports every mistake at once, each with its line and column, the value, the rule and the remedy.
 *
 *     const { site, mistakes } = parseSite(await readFile('site.yaml', 'utf8'));
 */
export interface SiteMistake {
  /** From 1; 1:1 when the file as a whole is meant. */
  readonly line: number;
  readonly column: number;
  /** Where in the file, as a person would say it: `zone "till-3" › polygon › point 2`. */
  readonly where: string;
  /** The value found, the rule it breaks and what to do. */
  readonly message: string;
}

export type ParsedSite = { readonly site: Site; readonly mistakes: readonly [] } | { readonly site?: undefined; readonly mistakes: readonly SiteMistake[] };

type Path = readonly PropertyKey[];

/** What a rule may ask of each kind of zone, and of a camera. */
export const zoneMeasures: Readonly<Record<ZoneKind | 'camera', readonly string[]>> = {
  line: ['in', 'out', 'occupancy', 'occupancyUncertainty'],
  area: ['count', 'density', 'longestDwell', 'crowded'],
  queue: ['length', 'wait', 'meanWait', 'waitForecast', 'serviceRate', 'served', 'abandoned'],
  stalls: ['occupied', 'free', 'overstays'],
  shelf: ['fill', 'empty', 'full', 'blocked'],
  camera: ['fps', 'online', 'age', 'quality', 'drift', 'dropped', 'reconnects'],
};

const largestSiteFileBytes = 8 * 2 ** 20;

export async function loadSite(file: string): Promise<Site> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new SightlineError('SITE_INVALID', `the site file ${file} cannot be read: ${(cause as Error).message}`, { cause, remedy: 'check the path given with --site' });
  }
  const { site, mistakes } = parseSite(text);
  if (site) return site;
  throw new SightlineError('SITE_INVALID', formatMistakes(file, mistakes));
}

export function formatMistakes(file: string, mistakes: readonly SiteMistake[]): string {
  const lines = mistakes.map((mistake) => `${file}:${mistake.line}:${mistake.column}: ${mistake.where ? `${mistake.where}: ` : ''}${mistake.message}`);
  return `${mistakes.length} mistake${mistakes.length === 1 ? '' : 's'} in ${file}\n${lines.join('\n')}`;
}

export function parseSite(text: string): ParsedSite {
  if (text.length > largestSiteFileBytes) return { mistakes: [{ line: 1, column: 1, where: '', message: `the file has ${text.length} characters; a site file has at most ${largestSiteFileBytes}` }] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const at = (offset: number): { line: number; column: number } => {
    const position = lines.linePos(offset);
    return { line: Math.max(1, position.line), column: Math.max(1, position.col) };
  };
  if (document.errors.length > 0) {
    return { mistakes: document.errors.map((error) => ({ ...at(error.pos[0]), where: '', message: `not valid YAML: ${error.message.split('\n')[0]}` })) };
  }
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  if (value === null || value === undefined) return { mistakes: [{ line: 1, column: 1, where: '', message: 'the file is empty; a site needs at least `cameras:` with one camera' }] };

  const locate = (path: Path, key?: string): { line: number; column: number } => at(offsetOf(document, path, key));
  const parsed = siteSchema.safeParse(value, { reportInput: true });
  const mistakes: SiteMistake[] = [];
  if (!parsed.success) {
    for (const issue of parsed.error.issues) mistakes.push(...describeIssue(issue, value, locate));
  }
  for (const { path, message } of crossChecks(value)) mistakes.push({ ...locate(path), where: describePath(path, value), message });
  if (mistakes.length > 0 || !parsed.success) return { mistakes: mistakes.sort((a, b) => a.line - b.line || a.column - b.column) };
  return { site: withZoneCameras(parsed.data), mistakes: [] };
}

/** A zone may leave out its camera when the site has one. */
function withZoneCameras(site: Site): Site {
  const only = site.cameras[0]!.name;
  return { ...site, zones: site.zones.map((zone) => ({ ...zone, camera: zone.camera ?? only })) };
}

function describeIssue(issue: z.core.$ZodIssue, root: unknown, locate: (path: Path, key?: string) => { line: number; column: number }): SiteMistake[] {
  const where = describePath(issue.path, root);
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path, root);
    return issue.keys.map((key) => ({ ...locate(issue.path, key), where, message: `unknown key "${key}"${didYouMean(key, known)}` }));
  }
  const found = valueAt(root, issue.path);
  if (issue.code === 'invalid_type' && found === undefined) {
    return [{ ...locate(issue.path.slice(0, -1)), where, message: `"${String(issue.path.at(-1))}" is missing; it is required here` }];
  }
  if (issue.code === 'invalid_value') {
    const options = issue.values.map(String);
    return [{ ...locate(issue.path), where, message: `is ${show(found)}; must be one of ${options.join(', ')}${didYouMean(String(found), options)}` }];
  }
  if (issue.code === 'invalid_union') {
    const options = issue.discriminator ? Object.keys(zoneMeasures).filter((kind) => kind !== 'camera') : [];
    const given = issue.discriminator ? (found as Record<string, unknown> | undefined)?.[issue.discriminator] ?? found : found;
    const rule = options.length > 0 ? `kind must be one of ${options.join(', ')}${typeof given === 'string' ? didYouMean(given, options) : ''}` : issue.message;
    return [{ ...locate(issue.path), where, message: `is ${show(given)}; ${rule}` }];
  }
  return [{ ...locate(issue.path), where, message: `is ${show(found)}; ${issue.message}` }];
}

/** Rules that hold between parts of the file; they look at the raw value, so that they are told along with the others. */
function* crossChecks(root: unknown): Iterable<{ path: Path; message: string }> {
  const list = (key: string): Record<string, unknown>[] => {
    const value = (root as Record<string, unknown>)[key];
    return Array.isArray(value) ? value.map((item: unknown) => (typeof item === 'object' && item !== null ? (item as Record<string, unknown>) : {})) : [];
  };
  const cameras = list('cameras');
  const zones = list('zones');
  const webhooks = list('webhooks');
  for (const [key, items] of Object.entries({ cameras, zones, webhooks, rules: list('rules') })) yield* repeatedNames(key, items);

  const cameraNames = cameras.map((camera) => camera['name']).filter((name) => typeof name === 'string');
  for (const [i, zone] of zones.entries()) {
    const camera = zone['camera'];
    if (camera === undefined && cameraNames.length > 1) yield { path: ['zones', i], message: `"camera" is missing; the site has ${cameraNames.length} cameras, so each zone says on which it lies` };
    if (typeof camera === 'string' && !cameraNames.includes(camera)) yield { path: ['zones', i, 'camera'], message: `there is no camera "${camera}"${didYouMean(camera, cameraNames)}` };
    for (const key of ['line', 'gate']) {
      const line = zone[key];
      if (Array.isArray(line) && line.length === 2 && JSON.stringify(line[0]) === JSON.stringify(line[1])) yield { path: ['zones', i, key], message: 'both points are the same; a line needs two different points' };
    }
    for (const key of ['stalls', 'facings']) if (Array.isArray(zone[key])) yield* repeatedNames(key, zone[key] as Record<string, unknown>[], ['zones', i]);
  }
  yield* unknownInSilences(list('silences'), { rules: list('rules').map((rule) => rule['name']), cameras: cameraNames });
  const webhookNames = webhooks.map((webhook) => webhook['name']).filter((name) => typeof name === 'string');
  for (const [i, rule] of list('rules').entries()) {
    for (const [j, to] of (Array.isArray(rule['to']) ? (rule['to'] as unknown[]) : []).entries()) {
      if (typeof to === 'string' && !webhookNames.includes(to)) yield { path: ['rules', i, 'to', j], message: `there is no webhook "${to}"${didYouMean(to, webhookNames)}` };
    }
    if (typeof rule['when'] === 'string') yield* journeyChecks(['rules', i, 'when'], rule['when'], zones, cameraNames);
    const condition = typeof rule['when'] === 'string' ? conditionPattern.exec(rule['when'])?.groups : undefined;
    if (!condition) continue;
    const subject = condition['subject']!;
    const zone = zones.find((candidate) => candidate['name'] === subject);
    const kind = zone ? (zone['kind'] as ZoneKind) : cameraNames.includes(subject) ? 'camera' : undefined;
    if (!kind) {
      const names = [...zones.map((candidate) => candidate['name']), ...cameraNames].filter((name): name is string => typeof name === 'string');
      yield { path: ['rules', i, 'when'], message: `there is no zone or camera "${subject}"${didYouMean(subject, names)}` };
    } else if (zoneMeasures[kind] && !zoneMeasures[kind].includes(condition['measure']!)) {
      yield { path: ['rules', i, 'when'], message: `a ${kind} has no measure "${condition['measure']}"; it has ${zoneMeasures[kind].join(', ')}${didYouMean(condition['measure']!, zoneMeasures[kind])}` };
    }
  }
}

/** The zones of a journey are there, on one camera, and of kinds through which objects pass. */
function* journeyChecks(path: Path, when: string, zones: readonly Record<string, unknown>[], cameras: readonly unknown[]): Iterable<{ path: Path; message: string }> {
  const journey = journeyOf(when);
  if (!journey) return;
  const names = zones.map((zone) => zone['name']).filter((name): name is string => typeof name === 'string');
  const found = new Set<unknown>();
  for (const name of [...journey.path, ...journey.without]) {
    const zone = zones.find((candidate) => candidate['name'] === name);
    if (!zone) yield { path, message: `there is no zone "${name}"${didYouMean(name, names)}` };
    else if (zone['kind'] === 'stalls' || zone['kind'] === 'shelf') yield { path, message: `"${name}" is a ${zone['kind']} zone, through which nobody passes; draw an area where people stand before it` };
    else found.add(zone['camera'] ?? cameras[0]);
  }
  if (found.size > 1) yield { path, message: `its zones lie on several cameras (${[...found].join(', ')}); a journey is followed on one` };
}

/** A silence that names nothing known would silence nothing, and nobody would notice. */
function* unknownInSilences(silences: readonly Record<string, unknown>[], known: Readonly<Record<'rules' | 'cameras', readonly unknown[]>>): Iterable<{ path: Path; message: string }> {
  for (const [i, silence] of silences.entries()) {
    for (const key of ['rules', 'cameras'] as const) {
      const names = known[key].filter((name) => typeof name === 'string');
      for (const [j, name] of (Array.isArray(silence[key]) ? (silence[key] as unknown[]) : []).entries()) {
        if (typeof name === 'string' && !names.includes(name)) yield { path: ['silences', i, key, j], message: `there is no ${key.replace(/s$/, '')} "${name}"${didYouMean(name, names)}` };
      }
    }
  }
}

function* repeatedNames(key: string, items: readonly Record<string, unknown>[], under: Path = []): Iterable<{ path: Path; message: string }> {
  const seen = new Map<string, number>();
  for (const [i, item] of items.entries()) {
    const name = item['name'];
    if (typeof name !== 'string') continue;
    const first = seen.get(name);
    if (first === undefined) seen.set(name, i);
    else yield { path: [...under, key, i, 'name'], message: `the name "${name}" is already used by ${key}[${first}]; names are unique` };
  }
}

/** `zone "till-3" › polygon › point 2` for ['zones', 4, 'polygon', 1]. */
function describePath(path: Path, root: unknown): string {
  const words: string[] = [];
  let value = root;
  for (const [depth, key] of path.entries()) {
    const parent = String(path[depth - 1] ?? '');
    value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
    if (typeof key === 'number') {
      const name = (value as { name?: unknown } | undefined)?.name;
      if (typeof path[depth - 1] === 'number') {
        words.push(key === 0 ? 'x' : 'y');
        continue;
      }
      const noun = { polygon: 'point', line: 'point', gate: 'point' }[parent] ?? parent.replace(/s$/, '');
      words.pop();
      if (noun === 'point') words.push(parent, `point ${key + 1}`);
      else words.push(typeof name === 'string' ? `${noun} "${name}"` : `${noun} ${key + 1}`);
    } else words.push(String(key));
  }
  return words.join(' › ');
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root);
}

function offsetOf(document: Document, path: Path, key?: string): number {
  const full = key === undefined ? path : [...path, key];
  for (let length = full.length; length >= 0; length--) {
    const part = full.slice(0, length);
    if (key !== undefined && length === full.length) {
      const parent = document.getIn(path, true) as { items?: { key?: { value?: unknown; range?: [number, number, number] } }[] } | undefined;
      const pair = parent?.items?.find((item) => item.key?.value === key);
      if (pair?.key?.range) return pair.key.range[0];
      continue;
    }
    const node = (part.length === 0 ? document.contents : document.getIn(part, true)) as { range?: [number, number, number] | null } | undefined | null;
    if (node?.range) return node.range[0];
  }
  return 0;
}

/** The keys allowed in the object at `path`, read from the JSON Schema's source of truth, the zod schema. */
function knownKeys(path: Path, root: unknown): string[] {
  let schema: unknown = siteSchema;
  let value: unknown = root;
  for (const key of path) {
    schema = step(unwrap(schema, value), key);
    value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  }
  const object = unwrap(schema, value) as { shape?: object } | undefined;
  return object?.shape ? Object.keys(object.shape) : [];
}

interface ZodDefinition {
  type: string;
  innerType?: unknown;
  element?: unknown;
  options?: { shape?: { kind?: { value?: unknown } } }[];
  in?: unknown;
}

function unwrap(schema: unknown, value: unknown): unknown {
  let current = schema as { def?: ZodDefinition } | undefined;
  while (current?.def) {
    const { def } = current;
    if (def.innerType) current = def.innerType;
    else if (def.type === 'pipe') current = def.in as typeof current;
    else if (def.type === 'union') current = def.options?.find((option) => option.shape?.kind?.value === (value as { kind?: unknown } | undefined)?.kind) as typeof current;
    else break;
  }
  return current;
}

function step(schema: unknown, key: PropertyKey): unknown {
  const { def, shape } = (schema ?? {}) as { def?: ZodDefinition; shape?: Record<PropertyKey, unknown> };
  return typeof key === 'number' ? def?.element : shape?.[key];
}

function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0 || !word) return '';
  const best = closest(word, [...known]);
  const farthest = Math.max(2, Math.floor(word.length / 3));
  return best !== word && distance(word.toLowerCase(), best.toLowerCase()) <= farthest ? ` (did you mean "${best}"?)` : '';
}

const longestShown = 60;

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = typeof value === 'string' ? `"${redactCredentials(value)}"` : JSON.stringify(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

/** A message never repeats a password that somebody wrote into an address. */
function redactCredentials(text: string): string {
  return text.replace(/(:\/\/[^:/@\s]*):[^@\s]*@/g, '$1:***@');
}

