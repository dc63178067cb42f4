import { findFfmpeg } from '@sightline/ingest/ffmpeg/binary';
import { openMemoryLog } from '@sightline/runtime/log/memory/memory-log';
import { createLogger } from '@sightline/runtime/logging';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ResultsRecord } from '@sightline/schemas';
import { jobOf } from '../../run/job.js';
import { runRecordings } from '../../run/run.js';
import { coreTime, coreShares, type CoreTime } from './core-time.js';

/**
 * The whole path on one recording (decode → detect → track → zones → store), in a process of its own: prints frames, the
 * seconds from the end of the first play until everything is in the store, and where the core's time went meanwhile.
 *
 *     node whole-path.js clip.avi yolox-nano 120 gate 4
 */
const [clip, model, fps, gate, playsText, detections] = process.argv.slice(2) as [string, string, string, string, string, string | undefined];
/** The clip this often, one after the other: in the first play pipes and caches fill and code is compiled, the others are measured. */
const plays = Number(playsText);

/** Looking at every thread takes a millisecond: often enough for the end of the first play. */
const lookEveryMs = 2000;

interface Mark {
  readonly frames: number;
  readonly cpu: CoreTime;
}

const out = await mkdtemp(path.join(os.tmpdir(), 'sightline-bench-'));
try {
  const zones = path.join(out, 'zones.yaml');
  await writeFile(zones, 'zones:\n  - { name: area, kind: area, polygon: [[0.2, 0.3], [0.8, 0.3], [0.8, 0.9], [0.2, 0.9]] }\n  - { name: line, kind: line, line: [[0, 0.6], [1, 0.6]] }\n');
  const video = plays === 1 ? clip : await repeated(clip, path.join(out, `clip${path.extname(clip)}`));
  const job = await jobOf({ videos: [video], zones, model, fps: Number(fps), gate: gate === 'gate' });
  const marks: Mark[] = [];
  let lookedAt = 0;
  let storedAt = 0;
  await runRecordings(job, {
    out: path.join(out, 'run'),
    threads: 1,
    format: 'csv',
    logger: createLogger({ level: 'silent' }),
    onProgress: (frames) => {
      if (performance.now() - lookedAt < lookEveryMs) return;
      lookedAt = performance.now();
      marks.push({ frames, cpu: coreTime() });
    },
    onStored: () => {
      storedAt = Date.now();
      marks.push({ frames: Infinity, cpu: coreTime() });
    },
  });
  process.stdout.write(`${JSON.stringify(await readBack(path.join(out, 'run', '.sightline', 'log'), job.site.cameras[0]!.name, marks, storedAt))}\n`);
} finally {
  await rm(out, { recursive: true, force: true });
}

async function repeated(from: string, to: string): Promise<string> {
  const { path: ffmpeg } = await findFfmpeg();
  await promisify(execFile)(ffmpeg, ['-v', 'error', '-stream_loop', String(plays - 1), '-i', from, '-map', '0:v:0', '-c', 'copy', to]);
  return to;
}

async function readBack(folder: string, camera: string, marks: readonly Mark[], storedAt: number): Promise<object> {
  const log = await openMemoryLog({ folder });
  const at = { topic: 'results', partition: log.partitionOf('results', camera) } as const;
  const times: number[] = [];
  const stages = new Map<string, number>();
  const found: unknown[] = [];
  let quiet = 0;
  for await (const record of log.read(at, 0)) {
    const { input, timing } = JSON.parse(Buffer.from(record.value!).toString()) as ResultsRecord;
    if (input.reason !== undefined) continue;
    times.push(record.appendedAt);
    if (input.state === 'quiet') quiet += 1;
    for (const [stage, ms] of Object.entries(timing ?? {})) stages.set(stage, (stages.get(stage) ?? 0) + ms);
    if (detections) for (const { x, y, w, h, score, cls } of input.detections) found.push([input.seq + 1, x, y, w, h, score, cls]);
  }
  await log.close();
  const warmUp = plays === 1 ? 0 : Math.round(times.length / plays);
  const first = marks.find(({ frames }) => frames >= warmUp)!;
  const cpuFrames = times.length - first.frames;
  return {
    frames: times.length - warmUp,
    seconds: (storedAt - times[Math.max(0, warmUp - 1)]!) / 1000,
    quiet: quiet / times.length,
    stages: Object.fromEntries([...stages].map(([stage, ms]) => [stage, ms / times.length])),
    /** CPU milliseconds a frame. */
    cpu: Object.fromEntries(coreShares.map((share) => [share, (marks.at(-1)!.cpu[share] - first.cpu[share]) / cpuFrames])),
    detections: found,
  };
}
