import type { Admin } from 'kafkajs';
import type { TopicName } from '@sightline/schemas';
import { createClient } from './client.js';
import { explainKafka } from './errors.js';
import type { KafkaLogOptions } from './options.js';
import { namesWith } from './records.js';
import { awaitLeaders } from './topics.js';

/** Adds partitions to topics. Keys then belong elsewhere: cli/roles/repartition.ts is the procedure around it. */
export async function addPartitions(connection: KafkaLogOptions, topics: readonly TopicName[], count: number): Promise<void> {
  const names = namesWith(connection.prefix ?? '');
  await withAdmin(connection, 'adding partitions', async (admin) => {
    const { topics: seen } = await admin.fetchTopicMetadata({ topics: topics.map((topic) => names.topic(topic)) });
    // Those that an interrupted call has grown already stay as they are.
    const missing = seen.filter(({ partitions }) => partitions.length < count);
    if (missing.length > 0) await admin.createPartitions({ topicPartitions: missing.map(({ name }) => ({ topic: name, count })) });
    await awaitLeaders(admin, topics.map((topic) => names.topic(topic)), count);
  });
}

/** How many processes are members of each group now. */
export async function groupMembers(connection: KafkaLogOptions, groups: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const names = namesWith(connection.prefix ?? '');
  return withAdmin(connection, 'looking at the groups', async (admin) => {
    const described = await admin.describeGroups(groups.map((group) => names.other(group)));
    return new Map(groups.map((group) => [group, described.groups.find(({ groupId }) => groupId === names.other(group))?.members.length ?? 0]));
  });
}

async function withAdmin<T>(connection: KafkaLogOptions, what: string, act: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = createClient(connection).admin();
  try {
    await admin.connect();
    return await act(admin);
  } catch (error) {
    throw explainKafka(error, connection.brokers, what);
  } finally {
    await admin.disconnect();
  }
}
