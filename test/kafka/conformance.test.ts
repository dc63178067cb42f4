import { logConformance } from '@sightline/runtime/log/conformance';
import { openKafkaLog } from '@sightline/runtime/log/kafka/kafka-log';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDevKafka, type DevKafka } from 'sightline/dev/kafka';
import { afterAll, beforeAll } from 'vitest';

let kafka: DevKafka;
let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kafka-'));
  kafka = await startDevKafka({ folder });
}, 300_000);
afterAll(async () => {
  await kafka.stop();
  await rm(folder, { recursive: true, force: true });
});

logConformance('Kafka', async () => {
  const prefix = `site${count++}.`;
  return { framesWait: false, open: () => openKafkaLog({ brokers: kafka.brokers, prefix, partitions: 4 }), end: async () => undefined };
});
