import { openMemoryLog } from '@sightline/runtime/log/memory/memory-log';
import { createLogger } from '@sightline/runtime/logging';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ResultsRecord } from '@sightline/schemas';
import { jobOf } from '../../run/job.js';
import { runRecordings } from '../../run/run.js';

/**
 * The whole path on one recording (decode → detect → track → zones → store), in a process of its own: prints frames, the
 * seconds between the first and the last frame's results, and where the time went.
 *
 *     node whole-path.js clip.avi yolox-nano 120 gate
 */
const [clip, model, fps, gate, detections] = process.argv.slice(2) as [string, string, string, string, string | undefined];
/** Pipes and buffers fill, code is compiled: what comes before is warming up. */
const warmUpFrames = 40;

const out = await mkdtemp(path.join(os.tmpdir(), 'sightline-bench-'));
try {
  const zones = path.join(out, 'zones.yaml');
  const { writeFile } = await import('node:fs/promises');
  await writeFile(zones, 'zones:\n  - { name: area, kind: area, polygon: [[0.2, 0.3], [0.8, 0.3], [0.8, 0.9], [0.2, 0.9]] }\n  - { name: line, kind: line, line: [[0, 0.6], [1, 0.6]] }\n');
  const job = await jobOf({ videos: [clip], zones, model, fps: Number(fps), gate: gate === 'gate' });
  await runRecordings(job, { out: path.join(out, 'run'), threads: 1, format: 'csv', logger: createLogger({ level: 'silent' }), onProgress: () => undefined });
  process.stdout.write(`${JSON.stringify(await readBack(path.join(out, 'run', '.sightline', 'log'), job.site.cameras[0]!.name))}\n`);
} finally {
  await rm(out, { recursive: true, force: true });
}

async function readBack(folder: string, camera: string): Promise<object> {
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
  const frames = times.length - warmUpFrames;
  return {
    frames,
    seconds: (times.at(-1)! - times[warmUpFrames - 1]!) / 1000,
    quiet: quiet / times.length,
    stages: Object.fromEntries([...stages].map(([stage, ms]) => [stage, ms / times.length])),
    detections: found,
  };
}
