import type { TopicName } from '@sightline/schemas';
import { shareOut } from '../sticky.js';
import type { SubscribeOptions, TopicPartition } from '../log.js';
import { Delivery } from './delivery.js';
import type { PartitionLog } from './partition-log.js';

/** A consumer group of the in-process log: shares partitions out, remembers what was committed. */
export class Group {
  readonly name: string;
  readonly #members = new Map<string, Member>();
  readonly #committed: Map<string, number>;
  readonly #onCommit: (at: TopicPartition, offset: number) => void;
  #count = 0;
  #rebalancing: Promise<void> = Promise.resolve();

  constructor(name: string, committed: Map<string, number>, onCommit: (at: TopicPartition, offset: number) => void) {
    this.name = name;
    this.#committed = committed;
    this.#onCommit = onCommit;
  }

  committed(at: TopicPartition): number | undefined {
    return this.#committed.get(keyOf(at));
  }

  async join(options: SubscribeOptions, partitions: ReadonlyMap<string, PartitionLog>): Promise<Member> {
    const member = new Member(`member-${this.#count++}`, options, partitions);
    this.#members.set(member.id, member);
    await this.#rebalance();
    return member;
  }

  async leave(member: Member): Promise<void> {
    if (!this.#members.delete(member.id)) return;
    await Promise.all(member.held().map((key) => member.lose(key)));
    await this.#rebalance();
  }

  commit(at: TopicPartition, offset: number): void {
    const key = keyOf(at);
    if (offset <= (this.#committed.get(key) ?? -1)) return;
    this.#committed.set(key, offset);
    this.#onCommit(at, offset);
  }

  /** One at a time: a partition is handed over only when its old owner has let go. */
  #rebalance(): Promise<void> {
    this.#rebalancing = this.#rebalancing.then(async () => {
      const everything = new Set([...this.#members.values()].flatMap((member) => [...member.partitions.keys()]));
      const shares = shareOut([...everything].sort(), new Map([...this.#members].map(([id, member]) => [id, member.held()])));
      const losing = [...this.#members.values()].flatMap((member) => member.held().filter((key) => !shares.get(member.id)!.includes(key)).map((key) => member.lose(key)));
      await Promise.all(losing);
      for (const [id, keys] of shares) for (const key of keys) this.#members.get(id)?.gain(key, this);
    });
    return this.#rebalancing;
  }
}

/** One subscription's place in its group. */
export class Member {
  readonly id: string;
  readonly options: SubscribeOptions;
  readonly partitions: ReadonlyMap<string, PartitionLog>;
  readonly #deliveries = new Map<string, Delivery>();

  constructor(id: string, options: SubscribeOptions, partitions: ReadonlyMap<string, PartitionLog>) {
    this.id = id;
    this.options = options;
    this.partitions = partitions;
  }

  held(): string[] {
    return [...this.#deliveries.keys()];
  }

  delivery(at: TopicPartition): Delivery | undefined {
    return this.#deliveries.get(keyOf(at));
  }

  deliveries(): readonly Delivery[] {
    return [...this.#deliveries.values()];
  }

  gain(key: string, group: Group): void {
    if (this.#deliveries.has(key)) return;
    const delivery = new Delivery(this.partitions.get(key)!, this.options, group);
    this.#deliveries.set(key, delivery);
    delivery.start();
  }

  async lose(key: string): Promise<void> {
    const delivery = this.#deliveries.get(key);
    this.#deliveries.delete(key);
    await delivery?.stop();
  }
}

export function keyOf({ topic, partition }: { topic: TopicName; partition: number }): string {
  return `${topic}/${partition}`;
}
