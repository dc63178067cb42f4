import type { FramePosition } from '@sightline/schemas';
import { explain } from '@sightline/runtime/errors';
import type { Logger } from '@sightline/runtime/logging';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clip } from './live/clips.js';

/**
 * The picture that each event was seen in, and clips where a zone or rule asks for them, heads blurred: `evidence/CAMERA/EPOCH/SEQ.jpg`
 * and `evidence/CAMERA/clips/…`. Bounded in bytes and days: the oldest are removed. An event's id says where its picture lies.
 */
export interface Evidence {
  /** Keeps the picture of a frame with events. Never rejects: a full disk costs evidence, not the flow. */
  keep(at: FramePosition & { readonly camera: string }, jpeg: Buffer): Promise<void>;
  keepClip(clip: Clip): Promise<void>;
  /** The JPEG of an event, or null when there is none (any more). */
  find(eventId: string): Promise<Buffer | null>;
  /** The clip that an event lies in, or the one that holds a moment (µs event time) of a camera. */
  findClip(of: { readonly eventId: string } | { readonly camera: string; readonly at: number }): Promise<Buffer | null>;
  /** Removes what is too old or too much. Called by itself every hour, and after much was written. */
  trim(): Promise<void>;
  close(): void;
}

export interface EvidenceOptions {
  readonly folder: string;
  /** Asked each time, since the site may change them. */
  readonly bounds: () => { readonly days: number; readonly megabytes: number };
  readonly now: () => number;
  readonly logger?: Logger;
}

const trimHours = 1;
/** Between two looks at the folder no more than this share of the bound is written. */
const writtenShare = 0.05;
/** What is removed goes down to this share of the bound, so that it is not done for every picture. */
const trimmedShare = 0.9;
const megabyte = 2 ** 20;
/** camera/zone/epoch-seq-n */
const eventIdForm = /^([^/]+)\/[^/]+\/(\d+)-(\d+)-\d+$/;
const clipForm = /^(\d+)-(\d+)-(\d+)-(\d+)-(\d+)\.clip$/;
/** A rule fires between two frames: a clip that ends or begins this close (µs) holds it. */
const clipSlack = 2_000_000;

export function createEvidence({ folder, bounds, now, logger }: EvidenceOptions): Evidence {
  let written = 0;
  let trimming: Promise<void> | null = null;

  /** Null for a name that would lead out of the folder. */
  function inside(...parts: readonly string[]): string | null {
    const file = path.resolve(folder, ...parts);
    return file.startsWith(path.resolve(folder) + path.sep) ? file : null;
  }

  async function write(file: string | null, bytes: Buffer): Promise<void> {
    if (file === null) return;
    try {
      await mkdir(path.dirname(file), { recursive: true });
      // Whole or not at all: a reader, or the next start, never meets half a picture.
      await writeFile(`${file}.part`, bytes);
      await rename(`${file}.part`, file);
      written += bytes.length;
      if (written >= bounds().megabytes * megabyte * writtenShare) await trim();
    } catch (error) {
      logger?.warn(`evidence was not kept: ${explain(error)}`);
    }
  }

  function trim(): Promise<void> {
    written = 0;
    const { days, megabytes } = bounds();
    trimming ??= trimFolder(folder, megabytes * megabyte, now() - days * 86_400_000)
      .catch((error: unknown) => logger?.warn(`evidence could not be trimmed: ${explain(error)}`))
      .finally(() => (trimming = null));
    return trimming;
  }

  const timer = setInterval(() => void trim(), trimHours * 3_600_000);
  timer.unref();
  void trim();

  async function clipsOf(camera: string): Promise<{ readonly file: string; readonly name: RegExpExecArray }[]> {
    const at = inside(camera, 'clips');
    if (at === null) return [];
    const names = await readdir(at).catch(() => [] as string[]);
    return names.flatMap((file) => {
      const name = clipForm.exec(file);
      return name ? [{ file: path.join(at, file), name }] : [];
    });
  }

  return {
    keep: ({ camera, epoch, seq }, jpeg) => write(inside(camera, String(epoch), `${seq}.jpg`), jpeg),
    keepClip: ({ camera, epoch, first, last, from, to, bytes }) => write(inside(camera, 'clips', `${from}-${to}-${epoch}-${first}-${last}.clip`), bytes),
    async find(id) {
      const [, camera, epoch, seq] = eventIdForm.exec(id) ?? [];
      if (camera === undefined || epoch === undefined || seq === undefined) return null;
      const file = inside(camera, epoch, `${seq}.jpg`);
      return file === null ? null : readFile(file).catch(() => null);
    },
    async findClip(of) {
      const [, camera, epoch, seq] = 'eventId' in of ? (eventIdForm.exec(of.eventId) ?? []) : [null, of.camera];
      if (camera === undefined) return null;
      const found = (await clipsOf(camera)).find(({ name: [, from, to, ofEpoch, first, last] }) =>
        'eventId' in of ? ofEpoch === epoch && Number(first) <= Number(seq) && Number(seq) <= Number(last) : Number(from) - clipSlack <= of.at && of.at <= Number(to) + clipSlack,
      );
      return found ? readFile(found.file).catch(() => null) : null;
    },
    trim,
    close: () => clearInterval(timer),
  };
}

async function trimFolder(folder: string, bytes: number, oldest: number): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch(() => [] as string[]);
  const files: { file: string; size: number; at: number }[] = [];
  for (const name of names.filter((candidate) => /\.(jpg|clip|part)$/.test(candidate))) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => null);
    if (found) files.push({ file, size: found.size, at: found.mtimeMs });
  }
  let total = files.reduce((sum, { size }) => sum + size, 0);
  const full = total > bytes;
  for (const { file, size, at } of files.sort((a, b) => a.at - b.at)) {
    if (at >= oldest && (!full || total <= bytes * trimmedShare)) break;
    await rm(file, { force: true });
    total -= size;
  }
}
