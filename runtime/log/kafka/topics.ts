import kafkajs, { type Admin } from 'kafkajs';
import type { TopicName, TopicSpec } from '@sightline/schemas';
import { SightlineError } from '../../errors.js';
import type { Names } from './records.js';

export interface TopicDefaults {
  readonly partitions: number;
  readonly replication: number;
  readonly minInsyncReplicas: number;
}

/** The largest record: a frame of 4K as JPEG, or a checkpoint of a crowded scene, with room. */
const maxMessageBytes = 4 * 2 ** 20;
/** Compacted topics are cleaned soon, so that reading them as a whole stays quick. */
const compactedSegmentBytes = 16 * 2 ** 20;

const leaderSeconds = 20;

/** The settings of a topic as Kafka names them. */
export function topicConfig(spec: TopicSpec, minInsyncReplicas: number): Record<string, string> {
  return {
    'cleanup.policy': spec.compacted ? 'compact' : 'delete',
    'min.insync.replicas': String(minInsyncReplicas),
    'max.message.bytes': String(maxMessageBytes),
    // The broker's clock, so that machines whose clocks differ agree on ages.
    'message.timestamp.type': 'LogAppendTime',
    ...(spec.compacted && { 'segment.bytes': String(compactedSegmentBytes), 'min.cleanable.dirty.ratio': '0.1', 'segment.ms': '600000' }),
    ...(spec.retentionSeconds !== undefined && { 'retention.ms': String(spec.retentionSeconds * 1000) }),
    ...(spec.retentionBytes !== undefined && { 'retention.bytes': String(spec.retentionBytes), 'segment.bytes': String(Math.min(2 ** 28, spec.retentionBytes / 8)) }),
  };
}

/** Creates what is missing, compares what is there; changes nothing that exists. */
export async function ensureKafkaTopics(admin: Admin, specs: readonly TopicSpec[], names: Names, defaults: TopicDefaults): Promise<{ topic: TopicName; difference: string }[]> {
  const existing = new Set(await admin.listTopics());
  const missing = specs.filter(({ name }) => !existing.has(names.topic(name)));
  if (missing.length > 0) await create(admin, missing, names, defaults);
  const differences: { topic: TopicName; difference: string }[] = [];
  const kept = specs.filter((spec) => !missing.includes(spec));
  if (kept.length === 0) return differences;
  const { topics } = await admin.fetchTopicMetadata({ topics: kept.map(({ name }) => names.topic(name)) });
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: kept.map(({ name }) => ({ type: kafkajs.ConfigResourceTypes?.TOPIC ?? 2, name: names.topic(name) })) });
  for (const spec of kept) {
    const name = names.topic(spec.name);
    const partitions = topics.find((topic) => topic.name === name)?.partitions ?? [];
    const expected = { partitions: String(spec.partitioned ? defaults.partitions : 1), 'replication.factor': String(defaults.replication), ...topicConfig(spec, defaults.minInsyncReplicas) };
    const actual: Record<string, string | undefined> = { partitions: String(partitions.length), 'replication.factor': String(partitions[0]?.replicas.length ?? 0) };
    for (const { configName, configValue } of resources.find((resource) => resource.resourceName === name)?.configEntries ?? []) actual[configName] = configValue;
    for (const [setting, value] of Object.entries(expected)) {
      if (actual[setting] !== value) differences.push({ topic: spec.name, difference: `${name}: ${setting} is ${actual[setting] ?? 'unknown'}, configured is ${value}` });
    }
  }
  return differences;
}

/** Waits until every topic has so many partitions at least, each with a leader. */
export async function awaitLeaders(admin: Admin, topics: readonly string[], count: number): Promise<void> {
  for (const until = Date.now() + leaderSeconds * 1000; ; ) {
    try {
      const { topics: seen } = await admin.fetchTopicMetadata({ topics: [...topics] });
      if (seen.every(({ partitions }) => partitions.length >= count && partitions.every(({ leader }) => leader >= 0))) return;
    } catch (error) {
      if ((error as { retriable?: boolean }).retriable !== true || Date.now() > until) throw error;
    }
    if (Date.now() > until) throw new SightlineError('LOG_UNREACHABLE', `the topics ${topics.join(', ')} have no leaders after ${leaderSeconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function create(admin: Admin, specs: readonly TopicSpec[], names: Names, defaults: TopicDefaults): Promise<void> {
  try {
    await admin.createTopics({
      // Its own waiting fails when a broker has not heard of the topics yet; ours is patient.
      waitForLeaders: false,
      topics: specs.map((spec) => ({
        topic: names.topic(spec.name),
        numPartitions: spec.partitioned ? defaults.partitions : 1,
        replicationFactor: defaults.replication,
        configEntries: Object.entries(topicConfig(spec, defaults.minInsyncReplicas)).map(([name, value]) => ({ name, value })),
      })),
    });
    await awaitLeaders(admin, specs.map(({ name }) => names.topic(name)), 1);
  } catch (error) {
    const errors = (error as { errors?: { type?: string; message?: string }[] }).errors ?? [error as { type?: string; message?: string }];
    // Another process that starts at the same time may have been quicker.
    if (errors.every(({ type }) => type === 'TOPIC_ALREADY_EXISTS')) return;
    const first = errors.find(({ type }) => type !== 'TOPIC_ALREADY_EXISTS')!;
    throw new SightlineError('LOG_TOPIC_MISSING', `the topics ${specs.map(({ name }) => names.topic(name)).join(', ')} could not be created: ${first.message ?? ''}`, { cause: error });
  }
}
