import { addPartitions } from '@sightline/runtime/log/kafka/partitions';
import { openKafkaLog } from '@sightline/runtime/log/kafka/kafka-log';
import type { KafkaLogOptions } from '@sightline/runtime/log/kafka/options';
import { hashPartition } from '@sightline/runtime/log/partition-of';
import { SightlineError } from '@sightline/runtime/errors';
import type { LogRecord } from '@sightline/runtime/log/log';
import { topics } from '@sightline/schemas';
import { checkpointRecord, foldRecord, loadCheckpoints } from '@sightline/workers/checkpoint/checkpoint';

/**
 * Gives a site more partitions. Cameras then belong elsewhere, so everything must be at rest: ingests and workers
 * stopped, no frame unanswered, no result unwritten. Each camera's checkpoint moves to its new partition, where it stands
 * for everything before; only then do new frames come. So the order of each camera is kept.
 */
export async function repartition(connection: KafkaLogOptions, partitions: number): Promise<{ cameras: number; moved: number }> {
  const log = await openKafkaLog(connection);
  try {
    const before = await log.partitions('results');
    if (partitions <= before) throw new SightlineError('USAGE', `there are ${before} partitions already; ${partitions} is not more`, { remedy: 'Kafka can add partitions, not take them away' });
    await expectDone('frames', 'workers');
    await expectDone('results', 'sink');
    const newest = [];
    for (let partition = 0; partition < before; partition++) {
      for (const [camera, { checkpoints }] of (await loadCheckpoints(log, partition, () => undefined)).cameras) if (checkpoints[0]) newest.push({ camera, partition, checkpoint: checkpoints[0] });
    }
    await addPartitions(connection, topics.filter(({ partitioned }) => partitioned).map(({ name }) => name), partitions);
    for (const { name } of topics.filter(({ partitioned }) => partitioned)) await log.partitions(name);
    const moving = newest.filter(({ camera, partition }) => hashPartition(camera, partitions) !== partition);
    const records: LogRecord[] = [];
    for (const { camera, partition, checkpoint } of moving) {
      const to = hashPartition(camera, partitions);
      const { end } = await log.offsets({ topic: 'results', partition: to });
      const { position } = checkpoint;
      const state = JSON.stringify(checkpoint.state);
      for (const slot of [0, 1] as const) {
        records.push(checkpointRecord(to, slot, { camera, position, frameOffset: 0, resultsOffset: end - 1 }, state));
        records.push({ key: `${camera}/${slot}`, partition, value: null });
      }
    }
    for (let partition = before; partition < partitions; partition++) records.push(foldRecord(partition, 0));
    const producer = await log.producer();
    for (const record of records) await producer.send('checkpoints', [record]);
    await producer.close();
    return { cameras: newest.length, moved: moving.length };
  } finally {
    await log.close();
  }

  async function expectDone(topic: 'frames' | 'results', group: string): Promise<void> {
    const marks = await log.committed(group, topic);
    for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
      const { begin, end } = await log.offsets({ topic, partition });
      const mark = marks.get(partition) ?? begin;
      let left = 0;
      for await (const record of log.read({ topic, partition }, mark, end)) left += record.offset >= mark ? 1 : 0;
      if (left > 0) throw new SightlineError('USAGE', `${left} records of ${topic}, partition ${partition}, wait for ${group}`, { remedy: 'stop the ingests, wait until workers and sinks are done, stop the workers, and try again' });
    }
  }
}
