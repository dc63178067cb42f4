/** The streams. `frames`, `results` and `checkpoints` have the same partitions, keyed by camera. */
export type TopicName = 'frames' | 'results' | 'checkpoints' | 'camera-status' | 'alerts' | 'site' | 'dead-letter';

export interface TopicSpec {
  readonly name: TopicName;
  /** Partitioned by camera like `frames`, or one partition. */
  readonly partitioned: boolean;
  /** Last value per key is kept; otherwise records are kept for `retentionSeconds`, capped in bytes a partition. */
  readonly compacted: boolean;
  readonly retentionSeconds?: number;
  readonly retentionBytes?: number;
}

export const topics: readonly TopicSpec[] = [
  { name: 'frames', partitioned: true, compacted: false, retentionSeconds: 600, retentionBytes: 2 ** 30 },
  { name: 'results', partitioned: true, compacted: false, retentionSeconds: 7 * 86_400, retentionBytes: 8 * 2 ** 30 },
  { name: 'checkpoints', partitioned: true, compacted: true },
  { name: 'camera-status', partitioned: false, compacted: true },
  { name: 'alerts', partitioned: false, compacted: false, retentionSeconds: 30 * 86_400 },
  { name: 'site', partitioned: false, compacted: true },
  { name: 'dead-letter', partitioned: false, compacted: false, retentionSeconds: 7 * 86_400 },
];
