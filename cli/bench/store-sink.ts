import { openMemoryLog } from '@sightline/runtime/log/memory/memory-log';
import type { Log } from '@sightline/runtime/log/log';
import type { Store } from '@sightline/runtime/store/store';
import type { ResultsRecord } from '@sightline/schemas';
import { startSink } from '@sightline/workers/sink/sink';
import type { Figure } from '../figures.js';

const cameras = 50;
const fps = 10;

/** Results records of 50 cameras, as large as a busy scene makes them, from the log into the tables and rollups. */
export async function measureSink(store: Store, records: number): Promise<Figure[]> {
  const log = await openMemoryLog();
  await fill(log, records, Date.now() - 3_600_000, 'sink');
  const cpu = process.cpuUsage();
  const began = performance.now();
  const sink = await startSink({ log, store, exclusive: true });
  await sink.drained();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const { rows, batches } = sink.totals;
  await sink.close();
  await log.close();
  const coreSeconds = (user + system) / 1e6;
  return [
    { case: 'sink', metric: 'sink rows per core-second', value: records / coreSeconds, unit: 'records/s', goal: 20_000, note: `${records} results records in ${batches} batches, all threads of the engine counted` },
    { case: 'sink', metric: 'rows into tables', value: rows / seconds, unit: 'rows/s', note: 'without the rollups' },
    { case: 'sink', metric: 'ingest ÷ what 50 cameras produce', value: records / seconds / (cameras * fps), unit: '', goal: 50 },
  ];
}

/** What a running site costs when little comes in: one camera, live, for some seconds. */
export async function measureWaiting(store: Store): Promise<Figure[]> {
  const log = await openMemoryLog();
  const sink = await startSink({ log, store, exclusive: true });
  await sink.drained();
  const producer = await log.producer();
  const seconds = 12;
  const start = Date.now();
  const cpu = process.cpuUsage();
  for (let seq = 0; seq < seconds * fps; seq++) {
    await producer.send('results', [{ key: 'live', value: encode(record('live', seq, start)) }]);
    await new Promise((resolve) => setTimeout(resolve, 1000 / fps));
  }
  const { user, system } = process.cpuUsage(cpu);
  await sink.drained();
  await producer.close();
  await sink.close();
  await log.close();
  return [{ case: 'one live camera', metric: 'share of a core', value: ((user + system) / 1e6 / ((Date.now() - start) / 1000)) * 100, unit: '%', goal: 8, better: 'lower', note: 'log, sink and engine' }];
}

export async function fill(log: Log, records: number, start: number, name: string): Promise<void> {
  const producer = await log.producer();
  for (let seq = 0; seq < records / cameras; seq++) {
    await producer.send('results', Array.from({ length: cameras }, (_, i) => ({ key: `${name}-${i}`, value: encode(record(`${name}-${i}`, seq, start)) })));
  }
  await producer.close();
}

function encode(value: ResultsRecord): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** Six people in view, four zones sampled each second, an event every other second, a finished track every four. */
function record(camera: string, seq: number, startMs: number): ResultsRecord {
  const at = (startMs + (seq * 1000) / fps) * 1000;
  const closes = seq % fps === 0;
  const boxes = Array.from({ length: 6 }, (_, k) => ({ x: 0.1234567 + k * 0.1, y: 0.23456, w: 0.0534, h: 0.18765, cls: 'person', score: 0.87654 }));
  return {
    v: 1,
    input: {
      camera, epoch: startMs, seq, capturedAt: at, recording: false, state: 'inferred', quality: { brightness: 120.5, contrast: 44.3, sharpness: 12.2, state: 'ok' }, motion: [0, 0], dropped: {},
      site: 'abcdef012345', model: 'demo@0123456789ab', aspect: 16 / 9, detections: boxes.map((box, k) => ({ ...box, appearance: Buffer.alloc(96, seq + k).toString('base64') })),
      ...(closes && { embedding: Buffer.alloc(2048, seq).toString('base64') }),
    },
    partition: 0,
    offset: seq,
    tracks: boxes.map((box, k) => ({ ...box, id: `lz3k4f5-${k}`, since: at - 5_000_000, coasting: 0 })),
    events: seq % (2 * fps) === 0 ? [{ id: `${camera}/door/${startMs}-${seq}-0`, kind: 'crossed', zone: 'door', zoneKind: 'line', at, track: 'lz3k4f5-1', cls: 'person', direction: 'in', point: [0.5, 0.5], along: 0.3 }] : [],
    samples: closes ? ['a', 'b', 'c', 'd'].map((zone) => ({ zone, zoneKind: 'queue', at: Math.floor(at / 1e6) * 1e6, measures: { length: seq % 7, wait: 12.5, served: seq }, coverage: 1 })) : [],
    finished: seq % (4 * fps) === 0 ? [{ id: `lz3k4f5-${seq}`, cls: 'person', from: at - 12_000_000, to: at, path: Array.from({ length: 12 }, (_, k) => [k * 1_000_000, 0.1 + k * 0.05, 0.5] as const), height: 0.2, maxScore: 0.9 }] : [],
    drift: seq % (60 * fps) === 0 ? [{ minute: Math.floor(at / 60e6) * 60e6, n: 60, sums: Array.from({ length: 256 }, (_, k) => k * 10_000 - 1_000_000), version: 'f1', brightness: 120, contrast: 40, sharpness: 9, bad: 0 }] : [],
  };
}
