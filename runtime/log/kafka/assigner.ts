import kafkajs, { type PartitionAssigner } from 'kafkajs';
import { shareOut } from '../sticky.js';

type Held = () => readonly { topic: string; partition: number }[];

/** kafkajs's assigner of a group whose members keep what they have (sticky.ts): each says what that is as it joins. */
export function stickyAssigner(held: Held): PartitionAssigner {
  const { AssignerProtocol } = kafkajs;
  return ({ cluster }) => ({
    name: 'sightline-sticky',
    version: 1,
    protocol: ({ topics }) => ({
      name: 'sightline-sticky',
      metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: Buffer.from(JSON.stringify(held().map(({ topic, partition }) => `${topic}/${partition}`)), 'utf8') }),
    }),
    assign: async ({ members, topics }) => {
      const partitions = topics.flatMap((topic) => cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => `${topic}/${partitionId}`)).sort();
      const before = new Map(members.map(({ memberId, memberMetadata }) => [memberId, heldBy(memberMetadata)]));
      return [...shareOut(partitions, before)].map(([memberId, mine]) => {
        const assignment: Record<string, number[]> = {};
        for (const key of mine) {
          const slash = key.lastIndexOf('/');
          (assignment[key.slice(0, slash)] ??= []).push(Number(key.slice(slash + 1)));
        }
        return { memberId, memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: 1, assignment, userData: Buffer.alloc(0) }) };
      });
    },
  });

  function heldBy(metadata: Buffer): string[] {
    try {
      return JSON.parse(AssignerProtocol.MemberMetadata.decode(metadata)?.userData.toString('utf8') || '[]') as string[];
    } catch {
      return [];
    }
  }
}
