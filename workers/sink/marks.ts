import type { Store } from '@sightline/runtime/store/store';
import type { FramePosition } from '@sightline/schemas';

/**
 * How far the sink has come, kept in the store itself so that it can never disagree with the rows. A batch is planned
 * before it is written; the first plan that begins at an offset stays, so everyone who writes that batch (this sink after
 * a crash, another that took over, one that was frozen and woke up) writes the same rows with the same tokens.
 */
export interface Mark {
  /** Topic, and which log the offsets are of. */
  readonly stream: string;
  readonly partition: number;
  /** Offsets of the records on their way, both included; everything before `first` is in the tables. Empty: last < first. */
  readonly first: number;
  readonly last: number;
  /** Token of the batch. */
  readonly batch: string;
  /** ms: when the record at `last` came into the log. */
  readonly appended: number;
}

/** The last frame of a camera that is in the tables, and where it came from. */
export interface CameraMark extends FramePosition {
  readonly camera: string;
  readonly stream: string;
  readonly partition: number;
}

/** The token of a batch: every stretch of the log that it is made of. */
export function tokenOf(parts: readonly Pick<Mark, 'stream' | 'partition' | 'first' | 'last'>[]): string {
  return parts.map(({ stream, partition, first, last }) => `${stream}/${partition}/${first}-${last}`).join(' ');
}

/** What a batch is made of, from its token. */
export function partsOf(token: string): { readonly topic: string; readonly stream: string; readonly partition: number; readonly first: number; readonly last: number }[] {
  return token.split(' ').map((text) => {
    const [, stream = '', partition, first, last] = /^(.+)\/(\d+)\/(\d+)-(\d+)$/.exec(text) ?? [];
    return { topic: stream.replace(/#\d+$/, ''), stream, partition: Number(partition), first: Number(first), last: Number(last) };
  });
}

const columns = ['stream', 'partition', 'camera', 'step', 'first', 'last', 'batch', 'appended', 'epoch', 'seq'];

/** The newest mark of a partition, of whichever log; null at the very beginning. */
export async function readMark(store: Store, topic: string, partition: number): Promise<Mark | null> {
  const [mark] = await store.query<Mark>(
    `SELECT stream, partition, first, last, batch, toUnixTimestamp64Milli(appended) AS appended FROM sink_marks FINAL
     WHERE ${ofTopic} AND partition = {partition:UInt32} AND camera = '' ORDER BY length(stream) DESC, stream DESC LIMIT 1`,
    { topic, prefix: `${topic}#`, partition },
  );
  return mark ?? null;
}

/** The last frame of each camera, of whatever partition and log: it goes on where it was when a topic gets more partitions or begins anew. */
export async function readSeen(store: Store, topic: string): Promise<Map<string, FramePosition>> {
  const rows = await store.query<{ camera: string; at: [number, number] }>(`SELECT camera, max((epoch, seq)) AS at FROM sink_marks WHERE ${ofTopic} AND camera != '' GROUP BY camera`, { topic, prefix: `${topic}#` });
  return new Map(rows.map(({ camera, at: [epoch, seq] }) => [camera, { epoch, seq }]));
}

const ofTopic = '(stream = {topic:String} OR startsWith(stream, {prefix:String}))';

/** Writes marks and the cameras' last frames before them, as one. The same token again is a no-op. */
export async function writeMarks(store: Store, marks: readonly Mark[], cameras: readonly CameraMark[], token: string): Promise<void> {
  const steps = new Map(marks.map((mark) => [`${mark.stream}/${mark.partition}`, stepOf(mark)]));
  const rows = marks.map(({ stream, partition, first, last, batch, appended }) => JSON.stringify([stream, partition, '', stepOf({ first, last }), first, last, batch, Math.round(appended), 0, 0]));
  for (const { stream, partition, camera, epoch, seq } of cameras) rows.push(JSON.stringify([stream, partition, camera, steps.get(`${stream}/${partition}`) ?? 0, 0, 0, '', 0, epoch, seq]));
  await store.insertEncoded('sink_marks', columns, Buffer.from(rows.join('\n')), { token });
}

/** A plan counts for more than what is whole before it, and for less than being whole itself. */
function stepOf({ first, last }: { readonly first: number; readonly last: number }): number {
  return last >= first ? 2 * first : 2 * last + 1;
}

/** results → results#2 → results#3 … */
export function nextStream(topic: string, stream: string): string {
  return `${topic}#${stream === topic ? 2 : Number(stream.slice(topic.length + 1)) + 1}`;
}
