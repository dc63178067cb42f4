import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isMap, isNode, isSeq, parseDocument, YAMLMap, YAMLSeq, type Document } from 'yaml';
import { SightlineError } from './errors.js';
import { parseSite, type SiteMistake } from './site-load.js';

/**
 * Changes a site file as a careful person would: only what was asked for, with its comments and order kept, checked before it
 * is written, the version before kept beside it.
 *
 *     const file = createSiteFile('site.yaml', { versions: 'data/site-versions' });
 *     const { version } = await file.read();
 *     await file.save({ zones: { put: [zone] } }, version);
 */
export interface SiteFile {
  /** The text as it stands, and its version (first 12 hex digits of its sha256). */
  read(): Promise<SiteText>;
  /** What the change would make of the file; writes nothing. */
  propose(change: SiteChange): Promise<SiteProposal>;
  /** Rejects with SITE_CHANGED when the file is no longer at `version`, with SITE_INVALID when the result has mistakes. */
  save(change: SiteChange, version: string): Promise<SiteText>;
  /** Earlier texts, newest first. */
  versions(): Promise<readonly SavedVersion[]>;
  /** What putting an earlier text back would change; writes nothing. */
  proposeRestore(saved: string): Promise<SiteProposal>;
  /** Puts an earlier text back. Rejects like `save`. */
  restore(saved: string, version: string): Promise<SiteText>;
}

export interface SiteText {
  readonly text: string;
  readonly version: string;
}

export interface SiteProposal extends SiteText {
  /** Version of the text that the change would be made to. */
  readonly base: string;
  readonly diff: readonly DiffLine[];
  readonly mistakes: readonly SiteMistake[];
}

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

export interface SavedVersion {
  readonly version: string;
  /** ms since the Unix epoch at which it was replaced. */
  readonly replacedAt: number;
}

/** Entries by name: `put` replaces the one of that name or adds it; keys that an entry does not mention stay as they are. */
export interface SiteChange {
  readonly cameras?: NamedChange;
  readonly zones?: NamedChange;
  readonly rules?: NamedChange;
}

export interface NamedChange {
  readonly put?: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[];
  readonly remove?: readonly string[];
}

/** As many as a person would look through. */
const versionsKept = 100;
/** Lines of no change shown around each change. */
const contextLines = 2;

export function createSiteFile(file: string, options: { readonly versions: string; readonly now?: () => number }): SiteFile {
  const now = options.now ?? Date.now;
  /** Saves come one after another, so that none is lost between reading and writing. */
  let turn: Promise<unknown> = Promise.resolve();

  async function read(): Promise<SiteText> {
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new SightlineError('SITE_INVALID', `the site file ${file} cannot be read: ${(cause as Error).message}`, { cause, remedy: 'check that it exists and may be read' });
    });
    return { text, version: versionOf(text) };
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = turn.then(work, work);
    turn = next.catch(() => undefined);
    return next;
  }

  async function replace(text: string, before: SiteText, version: string): Promise<SiteText> {
    if (before.version !== version) throw new SightlineError('SITE_CHANGED', `the site file was changed by someone else: it is at ${before.version}, the change was made to ${version}`);
    const { mistakes } = parseSite(text);
    if (mistakes.length > 0) throw new SightlineError('SITE_INVALID', mistakes.map(({ where, message }) => (where ? `${where}: ${message}` : message)).join('; '), { remedy: 'correct what was drawn or typed; nothing was saved' });
    if (text === before.text) return before;
    await keep(before);
    await writeWhole(file, text);
    return { text, version: versionOf(text) };
  }

  async function keep({ text, version }: SiteText): Promise<void> {
    await mkdir(options.versions, { recursive: true });
    await writeWhole(path.join(options.versions, `${now()}-${version}.yaml`), text);
    const names = (await readdir(options.versions)).filter((name) => saved.test(name)).sort();
    for (const name of names.slice(0, Math.max(0, names.length - versionsKept))) await unlink(path.join(options.versions, name)).catch(() => undefined);
  }

  async function earlier(wanted: string): Promise<string> {
    const names = await readdir(options.versions).catch(() => [] as string[]);
    const name = names.filter((candidate) => saved.exec(candidate)?.[2] === wanted).sort().at(-1);
    if (name === undefined) throw new SightlineError('NOT_FOUND', `there is no earlier version ${JSON.stringify(wanted)} of the site file`);
    return readFile(path.join(options.versions, name), 'utf8');
  }

  return {
    read,
    async propose(change) {
      const before = await read();
      const text = changed(before.text, change);
      return { text, version: versionOf(text), base: before.version, diff: difference(before.text, text), mistakes: parseSite(text).mistakes };
    },
    save: (change, version) =>
      inTurn(async () => {
        const before = await read();
        return replace(changed(before.text, change), before, version);
      }),
    async versions() {
      const names = await readdir(options.versions).catch(() => [] as string[]);
      return names
        .flatMap((name) => {
          const match = saved.exec(name);
          return match ? [{ replacedAt: Number(match[1]), version: match[2]! }] : [];
        })
        .sort((a, b) => b.replacedAt - a.replacedAt);
    },
    async proposeRestore(wanted) {
      const [before, text] = [await read(), await earlier(wanted)];
      return { text, version: versionOf(text), base: before.version, diff: difference(before.text, text), mistakes: parseSite(text).mistakes };
    },
    restore: (wanted, version) => inTurn(async () => replace(await earlier(wanted), await read(), version)),
  };
}

const saved = /^(\d+)-([0-9a-f]{12})\.yaml$/;

function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Renamed into place: a reader sees the old file or the new one, never half of it. */
async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.part`;
  try {
    await writeFile(draft, text, 'utf8');
    await rename(draft, file);
  } catch (cause) {
    await unlink(draft).catch(() => undefined);
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw new SightlineError('DISK_FULL', `${file} could not be written: the disk is full`, { cause });
    throw new SightlineError('DATA_READ_ONLY', `${file} could not be written: ${(cause as Error).message}`, { cause, remedy: 'make the file and its folder writable' });
  }
}

function changed(text: string, change: SiteChange): string {
  const document = parseDocument(text);
  for (const section of ['cameras', 'zones', 'rules'] as const) {
    const wanted = change[section];
    if (wanted) changeSection(document, section, wanted);
  }
  return asWritten(text, document.toString({ lineWidth: 0, flowCollectionPadding: false }));
}

/** Lines that say what a line said before keep its spacing; where that would say something else, the plain form stays. */
function asWritten(before: string, after: string): string {
  const bare = (line: string): string => line.replace(/\s+/g, '');
  const originals = new Map<string, string[]>();
  for (const line of before.split('\n')) originals.set(bare(line), [...(originals.get(bare(line)) ?? []), line]);
  const kept = after
    .split('\n')
    .map((line) => originals.get(bare(line))?.shift() ?? line)
    .join('\n');
  const document = parseDocument(kept);
  return document.errors.length === 0 && JSON.stringify(document.toJS()) === JSON.stringify(parseDocument(after).toJS()) ? kept : after;
}

function changeSection(document: Document, section: string, { put = [], remove = [] }: NamedChange): void {
  let list = document.get(section);
  if (!isSeq(list)) {
    list = new YAMLSeq();
    document.set(section, list);
  }
  const items = (list as YAMLSeq).items;
  const find = (name: string): number => items.findIndex((item) => isMap(item) && item.get('name') === name);
  for (const name of remove) {
    const at = find(name);
    if (at >= 0) items.splice(at, 1);
  }
  for (const entry of put) {
    const at = find(entry.name);
    if (at < 0) items.push(entryNode(document, entry));
    else updateEntry(document, items[at] as YAMLMap, entry);
  }
}

/** Only what differs is set, so that comments beside what stays remain. null takes a key away. */
function updateEntry(document: Document, node: YAMLMap, entry: Readonly<Record<string, unknown>>): void {
  const before = node.toJS(document) as Record<string, unknown>;
  for (const [key, value] of Object.entries(entry)) {
    if (value === null) node.delete(key);
    else if (value !== undefined && JSON.stringify(before[key]) !== JSON.stringify(value)) {
      const old = node.get(key, true);
      if (isMap(old) && isPlain(value)) {
        updateEntry(document, old, value);
        continue;
      }
      const next = valueNode(document, value);
      if (isNode(old) && isNode(next)) next.comment = old.comment ?? null;
      node.set(key, next);
    }
  }
}

function entryNode(document: Document, entry: Readonly<Record<string, unknown>>): YAMLMap {
  const node = new YAMLMap();
  for (const [key, value] of Object.entries(entry)) if (value !== undefined && value !== null) node.set(key, valueNode(document, value));
  return node;
}

/** Points, outlines and lists of plain values stay on one line, as a person writes them; of several outlines each has its own. */
function valueNode(document: Document, value: unknown): unknown {
  const node = document.createNode(value);
  onOneLine(node, value);
  return node;
}

function onOneLine(node: unknown, value: unknown): void {
  if (isMap(node)) for (const { key, value: inner } of node.items) onOneLine(inner, (value as Record<string, unknown>)[String(key)]);
  if (!isSeq(node)) return;
  if (depthOf(value) > outlineDepth) node.items.forEach((item, i) => onOneLine(item, (value as unknown[])[i]));
  else if (!containsMap(value)) node.flow = true;
  for (const item of node.items) if (isMap(item)) item.flow = true;
}

/** An outline is a list of points, a point a list of two numbers. */
const outlineDepth = 2;

function depthOf(value: unknown): number {
  return Array.isArray(value) ? 1 + Math.max(0, ...value.map(depthOf)) : 0;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function containsMap(value: unknown): boolean {
  return Array.isArray(value) ? value.some(containsMap) : typeof value === 'object' && value !== null;
}

/** Line by line, by the longest common subsequence, with a little of what stays around each change. */
export function difference(before: string, after: string): DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const middle = subsequenceDiff(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const lines: DiffLine[] = [...a.slice(0, head).map(same), ...middle, ...a.slice(a.length - tail).map(same)];
  return lines.filter((_, i) => lines.slice(Math.max(0, i - contextLines), i + contextLines + 1).some(({ kind }) => kind !== 'same'));
}

function same(text: string): DiffLine {
  return { kind: 'same', text };
}

/** Beyond this many pairs of lines everything is shown as removed and added. */
const mostPairs = 4_000_000;

function subsequenceDiff(a: readonly string[], b: readonly string[]): DiffLine[] {
  if (a.length * b.length > mostPairs) return [...a.map((text): DiffLine => ({ kind: 'removed', text })), ...b.map((text): DiffLine => ({ kind: 'added', text }))];
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) for (let j = b.length - 1; j >= 0; j--) common[i]![j] = a[i] === b[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i]! });
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && common[i + 1]![j]! >= common[i]![j + 1]!)) lines.push({ kind: 'removed', text: a[i++]! });
    else lines.push({ kind: 'added', text: b[j++]! });
  }
  return lines;
}
