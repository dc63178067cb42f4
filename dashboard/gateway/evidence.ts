import type { ResultsRecord } from '@sightline/schemas';
import { explain } from '@sightline/runtime/errors';
import type { Logger } from '@sightline/runtime/logging';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * The picture that each event was seen in, heads blurred, as a JPEG under `evidence/CAMERA/EPOCH/`. Bounded in bytes:
 * the oldest are removed. An event's id says where its picture lies.
 */
export interface Evidence {
  /** Keeps the picture for the events of this record. Never rejects: a full disk costs evidence, not the flow. */
  keep(record: ResultsRecord, jpeg: Buffer): Promise<void>;
  /** The JPEG of an event, or null when there is none (any more). */
  find(eventId: string): Promise<Buffer | null>;
}

export interface EvidenceOptions {
  readonly folder: string;
  /** Default 2 GiB: some 60,000 pictures. */
  readonly bytes?: number;
  readonly logger?: Logger;
}

const defaultBytes = 2 * 2 ** 30;
/** The folder is measured again after so many pictures. */
const measureEvery = 500;
/** What is removed goes down to this share of the bound, so that it is not done for every picture. */
const trimmedShare = 0.9;
/** camera/zone/epoch-seq-n */
const eventId = /^([^/]+)\/[^/]+\/(\d+)-(\d+)-\d+$/;

export function createEvidence({ folder, bytes = defaultBytes, logger }: EvidenceOptions): Evidence {
  let sinceMeasured = 0;

  function fileOf(camera: string, epoch: string | number, seq: string | number): string | null {
    const file = path.resolve(folder, camera, String(epoch), `${seq}.jpg`);
    return file.startsWith(path.resolve(folder) + path.sep) ? file : null;
  }

  return {
    async keep({ input }, jpeg) {
      const file = fileOf(input.camera, input.epoch, input.seq);
      if (file === null) return;
      try {
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, jpeg);
        if (++sinceMeasured >= measureEvery) {
          sinceMeasured = 0;
          await trim(folder, bytes);
        }
      } catch (error) {
        logger?.warn(`an evidence picture was not kept: ${explain(error)}`);
      }
    },
    async find(id) {
      const [, camera, epoch, seq] = eventId.exec(id) ?? [];
      if (camera === undefined || epoch === undefined || seq === undefined) return null;
      const file = fileOf(camera, epoch, seq);
      return file === null ? null : readFile(file).catch(() => null);
    },
  };
}

async function trim(folder: string, bytes: number): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  const files: { file: string; size: number; at: number }[] = [];
  for (const name of names.filter((candidate) => candidate.endsWith('.jpg'))) {
    const file = path.join(folder, name);
    const { size, mtimeMs } = await stat(file);
    files.push({ file, size, at: mtimeMs });
  }
  let total = files.reduce((sum, { size }) => sum + size, 0);
  if (total <= bytes) return;
  for (const { file, size } of files.sort((a, b) => a.at - b.at)) {
    if (total <= bytes * trimmedShare) break;
    await rm(file, { force: true });
    total -= size;
  }
}
