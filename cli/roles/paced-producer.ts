import type { Clock } from '@sightline/runtime/clock';
import { explain, SightlineError } from '@sightline/runtime/errors';
import type { Log, LogRecord, Producer } from '@sightline/runtime/log/log';
import { randomBytes } from 'node:crypto';

/**
 * A producer of frames that heeds how far the workers are: a camera whose frames wait in the log for too long has its
 * next send wait too. A recording then stands still; a live camera's outbox drops its oldest waiting frame and counts it
 * (architecture rule 5). Each camera is held by its own frames only, so that all lose evenly.
 */
export interface PacedOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** The group whose commits say what is done. */
  readonly group: string;
  readonly report: (problem: string) => void;
  /** Frames a second that a camera wants, null for a recording. */
  readonly fpsOf: (camera: string) => number | null;
}

export interface PacedProducer extends Producer {
  /** Frames of a camera that wait in the log. */
  waiting(camera: string): number;
}

/** How often Kafka is asked what the workers have committed. */
const askMs = 200;
/** A takeover after a crash takes up to eight seconds; so much of a live camera may wait for it without loss. */
const takeoverSeconds = 12;
/** While workers run but fall behind, a live picture gets no older than this. */
const overloadSeconds = 2;
/** Below this share of the wanted rate, workers fall behind. */
const keepingUp = 0.8;
/** The rate of commits is taken over this time. */
const rateSeconds = 3;
/** While the log cannot be reached, a frame is sent again after so long; one that arrived twice is dropped as seen. */
const sendAgainMs = 500;
/** Frames of a recording that may wait: more would only be sent again after a crash. */
const recordingFrames = 64;

interface Sent {
  readonly partition: number;
  readonly offsets: number[];
  done: number;
}

export async function pacedProducer(options: PacedOptions): Promise<PacedProducer> {
  const { log, clock, group, report, fpsOf } = options;
  const producer = await log.producer();
  const cameras = new Map<string, Sent>();
  const samples: { at: number; done: Map<string, number> }[] = [];
  const closed = new AbortController();
  let roomFor: (() => void)[] = [];

  async function ask(): Promise<void> {
    const marks = await log.committed(group, 'frames');
    for (const sent of cameras.values()) {
      const mark = marks.get(sent.partition) ?? 0;
      let gone = 0;
      while (gone < sent.offsets.length && sent.offsets[gone]! < mark) gone += 1;
      sent.offsets.splice(0, gone);
      sent.done += gone;
    }
    samples.push({ at: clock.now(), done: new Map([...cameras].map(([camera, { done }]) => [camera, done])) });
    while (samples.length > 2 && samples[1]!.at < clock.now() - rateSeconds * 1000) samples.shift();
    for (const room of roomFor.splice(0)) room();
  }

  const asking = (async () => {
    for (let failing = false; !closed.signal.aborted; ) {
      await clock.sleep(askMs, closed.signal);
      try {
        await ask();
        failing = false;
      } catch (error) {
        if (!failing && !closed.signal.aborted) report(`how far the workers are cannot be read: ${(error as Error).message}`);
        failing = true;
      }
    }
  })();

  /** Frames a second of this camera that the workers have lately done; null while nothing is known. */
  function rate(camera: string): number | null {
    const [first] = samples;
    const last = samples.at(-1);
    if (!first || !last || last.at - first.at < 1000 * (rateSeconds / 2)) return null;
    return (((last.done.get(camera) ?? 0) - (first.done.get(camera) ?? 0)) * 1000) / (last.at - first.at);
  }

  function limit(camera: string): number {
    const fps = fpsOf(camera);
    if (fps === null) return recordingFrames;
    const doing = rate(camera);
    const behind = doing !== null && doing > 0 && doing < keepingUp * fps;
    return Math.max(4, Math.ceil(fps * (behind ? overloadSeconds : takeoverSeconds)));
  }

  /** A recording must lose no frame while the log is away, and a live camera has an outbox that drops and counts. */
  async function sendUntilSafe(records: readonly LogRecord[]): ReturnType<Producer['send']> {
    for (let told = false; ; told = true) {
      try {
        return await producer.send('frames', records);
      } catch (error) {
        if (closed.signal.aborted || !(error instanceof SightlineError && error.retryable)) throw error;
        if (!told) report(explain(error));
        await clock.sleep(sendAgainMs, closed.signal);
      }
    }
  }

  return {
    waiting: (camera) => cameras.get(camera)?.offsets.length ?? 0,
    send: async (topic, records) => {
      if (topic !== 'frames') return producer.send(topic, records);
      const camera = records[0]!.key;
      const sent = cameras.get(camera) ?? { partition: log.partitionOf('frames', camera), offsets: [], done: 0 };
      cameras.set(camera, sent);
      while (sent.offsets.length >= limit(camera) && !closed.signal.aborted) await new Promise<void>((resolve) => roomFor.push(resolve));
      const traced = records.map((record) => ({ ...record, headers: { ...record.headers, traceparent: traceparent() } }));
      const positions = await sendUntilSafe(traced);
      for (const { offset } of positions) sent.offsets.push(offset);
      return positions;
    },
    close: async () => {
      closed.abort();
      for (const room of roomFor) room();
      roomFor = [];
      await asking;
      await producer.close();
    },
  };
}

/** W3C Trace Context: version, trace id, span id, sampled. */
function traceparent(): string {
  const id = randomBytes(24).toString('hex');
  return `00-${id.slice(0, 32)}-${id.slice(32)}-01`;
}
