// A whole embedded store in a process of its own, for tests that kill it: appends frames to a log on disk, sinks them into the
// store, and says what is safe. Use: node sink-child.mjs FOLDER FRAMES FLUSH_SECONDS
import { openMemoryLog } from '@sightline/runtime/log/memory/memory-log';
import { openEmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import { startSink } from '@sightline/workers/sink/sink';

const [folder, framesText, flushText] = process.argv.slice(2);
const total = Number(framesText);
const cameras = ['north', 'south', 'west'];
const start = Date.UTC(2026, 0, 5, 12) * 1000;

const record = (camera, seq) => ({
  v: 1,
  input: {
    camera, epoch: 1, seq, capturedAt: start + seq * 100_000, recording: true, state: 'inferred', quality: { brightness: 120, contrast: 40, sharpness: 9, state: 'ok' },
    motion: [0, 0], dropped: {}, site: 's', model: 'm', aspect: 1.5, detections: [],
  },
  partition: 0, offset: seq, tracks: [],
  events: seq % 3 === 0 ? [{ id: `${camera}/door/1-${seq}-0`, kind: 'crossed', zone: 'door', zoneKind: 'line', at: start + seq * 100_000, direction: 'in' }] : [],
  samples: seq % 10 === 0 ? [{ zone: 'till', zoneKind: 'queue', at: start + seq * 100_000, measures: { length: (seq / 10) % 7, wait: seq % 20 === 0 ? null : 3 }, coverage: 1 }] : [],
  finished: [], drift: [],
});

const store = await openEmbeddedStore({ folder: `${folder}/store` });
await migrate(store);
const log = await openMemoryLog({ folder: `${folder}/log`, partitions: 3 });
const next = new Map(cameras.map((camera) => [camera, 0]));
for (let partition = 0; partition < (await log.partitions('results')); partition++) {
  for await (const { key } of log.read({ topic: 'results', partition }, 0)) next.set(key, next.get(key) + 1);
}
const sink = await startSink({ log, store, exclusive: true, flushSeconds: Number(flushText), report: (problem) => process.stderr.write(`${problem}\n`) });
const producer = await log.producer();
process.stdout.write('ready\n');
while (cameras.some((camera) => next.get(camera) < total)) {
  for (const camera of cameras) {
    const from = next.get(camera);
    const to = Math.min(total, from + 5);
    if (from === to) continue;
    await producer.send('results', Array.from({ length: to - from }, (_, i) => ({ key: camera, value: Buffer.from(JSON.stringify(record(camera, from + i))) })));
    next.set(camera, to);
    process.stdout.write(`safe ${camera} ${to}\n`);
  }
  await new Promise((resolve) => setTimeout(resolve, 15));
}
await sink.drained();
const [counts] = await store.query(`SELECT
  (SELECT count() FROM events) AS events, (SELECT uniqExact(id) FROM events) AS ids, (SELECT sum(inferred) FROM frames_1m) AS frames,
  (SELECT count() FROM samples) AS samples, (SELECT uniqExact(camera, measure, at) FROM samples) AS seconds,
  (SELECT (sum(known), sum(unknown), sum(total)) FROM samples_1m) AS minutes, (SELECT (sum(known), sum(unknown), sum(total)) FROM samples_15m) AS quarters,
  (SELECT (count(value), countIf(value IS NULL), sum(value)) FROM samples) AS source, (SELECT count() FROM latest FINAL) AS latest,
  (SELECT count() FROM latest AS l FINAL INNER JOIN (SELECT camera, measure, max(at) AS at FROM samples GROUP BY camera, measure) AS s USING (camera, measure, at)) AS latestRight`);
process.stdout.write(`counts ${JSON.stringify(counts)}\n`);
await sink.close();
await producer.close();
await log.close();
await store.close();
process.stdout.write('done\n');
