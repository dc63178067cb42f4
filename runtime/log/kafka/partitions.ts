import type { TopicName } from '@sightline/schemas';
import { createClient } from './client.js';
import { explainKafka } from './errors.js';
import type { KafkaLogOptions } from './options.js';
import { namesWith } from './records.js';
import { awaitLeaders } from './topics.js';

/** Adds partitions to topics. Keys then belong elsewhere: cli/roles/repartition.ts is the procedure around it. */
export async function addPartitions(connection: KafkaLogOptions, topics: readonly TopicName[], count: number): Promise<void> {
  const names = namesWith(connection.prefix ?? '');
  const admin = createClient(connection).admin();
  try {
    await admin.connect();
    await admin.createPartitions({ topicPartitions: topics.map((topic) => ({ topic: names.topic(topic), count })) });
    await awaitLeaders(admin, topics.map((topic) => names.topic(topic)), count);
  } catch (error) {
    throw explainKafka(error, connection.brokers, 'adding partitions');
  } finally {
    await admin.disconnect();
  }
}
