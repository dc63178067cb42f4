import { addPartitions, groupMembers } from '@sightline/runtime/log/kafka/partitions';
import { openKafkaLog } from '@sightline/runtime/log/kafka/kafka-log';
import type { KafkaLogOptions } from '@sightline/runtime/log/kafka/options';
import { hashPartition } from '@sightline/runtime/log/partition-of';
import { SightlineError } from '@sightline/runtime/errors';
import type { Log, LogRecord, Producer } from '@sightline/runtime/log/log';
import { comparePositions, topics } from '@sightline/schemas';
import { checkpointRecord, foldRecord, loadCheckpoints, type CameraCheckpoint } from '@sightline/workers/checkpoint/checkpoint';
import { lastPositions } from '@sightline/workers/checkpoint/positions';

/**
 * Gives a site more partitions (`sightline repartition`). Cameras then belong elsewhere, so everything must be at rest:
 * no role running, no frame unanswered, no result unwritten, every camera checkpointed at its last result. Each camera's
 * checkpoint moves to its new partition, where it stands for everything before; only then do new frames come. So the
 * order of each camera is kept. Interrupted, it is run again with the same count and finishes.
 */
export async function repartition(connection: KafkaLogOptions, partitions: number): Promise<{ cameras: number; moved: number }> {
  const log = await openKafkaLog(connection);
  try {
    const before = await log.partitions('results');
    if (partitions < before) throw new SightlineError('USAGE', `there are ${before} partitions already; ${partitions} is fewer`, { remedy: 'Kafka can add partitions, not take them away' });
    await expectNobody(connection);
    await expectDone(log, 'frames', 'workers');
    await expectDone(log, 'results', 'sink');
    const newest = await newestCheckpoints(log, before);
    if (partitions > before) {
      const partitioned = topics.filter((topic) => topic.partitioned).map(({ name }) => name);
      await addPartitions(connection, partitioned, partitions);
      for (const name of partitioned) await log.partitions(name);
    }
    const moving = newest.filter(({ camera, partition }) => hashPartition(camera, partitions) !== partition);
    const producer = await log.producer();
    for (let partition = before; partition < partitions; partition++) await producer.send('checkpoints', [foldRecord(partition, 0)]);
    for (const one of moving) await move(log, producer, one, hashPartition(one.camera, partitions));
    await producer.close();
    return { cameras: newest.length, moved: moving.length };
  } finally {
    await log.close();
  }
}

interface Placed {
  readonly camera: string;
  readonly partition: number;
  readonly checkpoint: CameraCheckpoint;
}

/** Its new place first, then the old one is cleared: an end between the two leaves it twice, and the next run moves it again. */
async function move(log: Log, producer: Producer, { camera, partition, checkpoint }: Placed, to: number): Promise<void> {
  const { end } = await log.offsets({ topic: 'results', partition: to });
  const { position, state } = checkpoint;
  const send = (record: LogRecord): Promise<unknown> => producer.send('checkpoints', [record]);
  for (const slot of [0, 1] as const) await send(checkpointRecord(to, slot, { camera, position, frameOffset: 0, resultsOffset: end - 1 }, JSON.stringify(state)));
  for (const slot of [0, 1] as const) await send({ key: `${camera}/${slot}`, partition, value: null });
}

/** The checkpoint of each camera; rejects when one lacks frames that have results, which would be lost from its state. */
async function newestCheckpoints(log: Log, partitions: number): Promise<Placed[]> {
  const found: Placed[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const { cameras } = await loadCheckpoints(log, partition, () => undefined);
    for (const [camera, position] of await lastPositions(log, partition)) {
      const checkpoint = cameras.get(camera)?.checkpoints[0];
      if (checkpoint && comparePositions(checkpoint.position, position) >= 0) found.push({ camera, partition, checkpoint });
      else if (!(await standsElsewhere(log, camera, partition, partitions))) {
        throw new SightlineError('USAGE', `camera "${camera}" has results after its last checkpoint`, { remedy: 'start a worker, wait until it has taken its partitions over, and end it with Ctrl-C or SIGTERM: it then writes the checkpoints' });
      }
    }
  }
  return found;
}

/** An earlier repartition left this camera's old results here, and moved its checkpoint. */
async function standsElsewhere(log: Log, camera: string, partition: number, partitions: number): Promise<boolean> {
  const home = hashPartition(camera, partitions);
  return home !== partition && (await loadCheckpoints(log, home, () => undefined)).cameras.has(camera);
}

/** Rejects while a role is in a group: it would go on by the old partitions. */
async function expectNobody(connection: KafkaLogOptions): Promise<void> {
  const members = await groupMembers(connection, ['ingest', 'workers', 'sink', 'alerts']);
  const busy = [...members].filter(([, count]) => count > 0).map(([group, count]) => `${group} (${count})`);
  if (busy.length > 0) throw new SightlineError('USAGE', `processes are running in the groups ${busy.join(', ')}`, { remedy: 'stop the ingests first, wait until workers and sinks are done, then stop all others; a process that was killed is forgotten after 6 s' });
}

async function expectDone(log: Log, topic: 'frames' | 'results', group: string): Promise<void> {
  const marks = await log.committed(group, topic);
  for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
    const { begin, end } = await log.offsets({ topic, partition });
    const mark = marks.get(partition) ?? begin;
    let left = 0;
    for await (const record of log.read({ topic, partition }, mark, end)) left += record.offset >= mark ? 1 : 0;
    if (left > 0) throw new SightlineError('USAGE', `${left} records of ${topic}, partition ${partition}, wait for ${group}`, { remedy: 'stop the ingests, start workers and sinks again, wait until they are done, stop them, and try again' });
  }
}
