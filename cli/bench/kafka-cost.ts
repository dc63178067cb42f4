import { openKafkaLog } from '@sightline/runtime/log/kafka/kafka-log';
import { openDetector } from '@sightline/models/inference/detector';
import { topics } from '@sightline/schemas';
import { simulatedHeader } from '@sightline/workers/run/simulated-detector';
import { decodeJpeg } from '@sightline/workers/run/decode-jpeg';
import { encodeFrameHeader } from '@sightline/schemas/frame-codec';
import sharp from 'sharp';
import type { Figure } from '../figures.js';
import { cpuSeconds } from './bench-site.js';

/** What Kafka adds to a frame: encode, produce, fetch, decode; as a share of what inference costs in the same process. */
const width = 416;
const height = 256;
const frames = 300;
const inferences = 60;
const jpegQuality = 85;

export async function kafkaCost(brokers: readonly string[], brokerPid: number, model: string): Promise<Figure[]> {
  const picture = await sampleFrame();
  const log = await openKafkaLog({ brokers, prefix: 'cost.', partitions: 1 });
  try {
    await log.ensureTopics(topics);
    const producer = await log.producer();
    const brokerBefore = cpuSeconds(brokerPid);
    const before = process.cpuUsage();
    let bytes = 0;
    for (let seq = 0; seq < frames; seq += 4) {
      const batch = await Promise.all(
        [0, 1, 2, 3].map(async (n) => {
          const value = await sharp(picture, { raw: { width, height, channels: 3 } }).jpeg({ quality: jpegQuality }).toBuffer();
          bytes += value.length;
          return { key: 'camera', value, headers: encodeFrameHeader({ ...simulatedHeader({ camera: 'camera', seq: seq + n }), width, height, encoding: 'jpeg' as const }) };
        }),
      );
      await Promise.all(batch.map((record) => producer.send('frames', [record])));
    }
    for await (const { value } of log.read({ topic: 'frames', partition: 0 }, 0)) await decodeJpeg(value!, { ...simulatedHeader({ camera: 'camera', seq: 0 }), width, height });
    const used = process.cpuUsage(before);
    const added = (used.user + used.system) / 1e6 / frames;
    const broker = (cpuSeconds(brokerPid) - brokerBefore) / frames;
    const rows: Figure[] = [
      { case: 'one frame', metric: 'kafka cpu', value: added * 1000, unit: 'ms', better: 'lower' },
      { case: 'one frame', metric: 'broker cpu', value: broker * 1000, unit: 'ms', better: 'lower' },
      { case: 'one frame', metric: 'jpeg size', value: bytes / frames / 1000, unit: 'kB', better: 'lower' },
    ];
    const inference = await inferenceCpu(model, picture).catch((error: unknown) => String(error));
    rows.unshift(
      typeof inference === 'number'
        ? { case: `one frame, ${model}`, metric: 'kafka cost', value: (100 * added) / inference, unit: '%', goal: 15, better: 'lower' }
        : { case: `one frame, ${model}`, metric: 'kafka cost', value: null, unit: '%', goal: 15, better: 'lower', note: inference },
    );
    return rows;
  } finally {
    await log.close();
  }
}

/** A picture with the detail of a street scene: what JPEG makes of it is what costs. */
async function sampleFrame(): Promise<Uint8Array> {
  const noise = Buffer.alloc((width / 8) * (height / 8) * 3);
  for (let n = 0; n < noise.length; n++) noise[n] = (n * 2654435761) >>> 24;
  const { data } = await sharp(noise, { raw: { width: width / 8, height: height / 8, channels: 3 } }).resize(width, height, { kernel: 'cubic' }).raw().toBuffer({ resolveWithObject: true });
  return new Uint8Array(data);
}

async function inferenceCpu(model: string, picture: Uint8Array): Promise<number> {
  const detector = await openDetector({ model, threads: 1 });
  try {
    const size = detector.inputSize(width, height);
    const pixels = (): Uint8Array => (size.width === width && size.height === height ? new Uint8Array(picture) : new Uint8Array(size.width * size.height * 3));
    await detector.detect({ camera: 'c', pixels: pixels(), ...size });
    const before = process.cpuUsage();
    for (let n = 0; n < inferences; n++) await detector.detect({ camera: 'c', pixels: pixels(), ...size });
    const used = process.cpuUsage(before);
    return (used.user + used.system) / 1e6 / inferences;
  } finally {
    await detector.close();
  }
}
