import type { FrameInput, ResultsRecord } from './results.js';

/**
 * What is to be counted of a frame. Most frames lead to no event, sample or finished track: their records carry this in a
 * header, so that whoever only counts them need not read several kilobytes of JSON.
 *
 *     const skim = readSkim(record.headers?.[skimHeader]);
 */
export interface FrameSkim {
  /** Version of the record. */
  readonly v: number;
  readonly epoch: number;
  readonly seq: number;
  /** µs. */
  readonly capturedAt: number;
  readonly state: FrameInput['state'];
  /** Frames lost before this one, whatever the reason. */
  readonly dropped: number;
  readonly detections: number;
  readonly model: string;
  readonly site: string;
}

export const skimHeader = 'frame';

export function skimOf({ v, input }: Pick<ResultsRecord, 'v' | 'input'>): FrameSkim {
  const { epoch, seq, capturedAt, state, dropped, detections, model, site } = input;
  return { v, epoch, seq, capturedAt, state, dropped: Object.values(dropped).reduce((sum, n) => sum + n, 0), detections: detections.length, model, site };
}

/** Parts of a record that lead to no rows, but for being counted. */
const counted: ReadonlySet<string> = new Set<keyof ResultsRecord>(['v', 'input', 'partition', 'offset', 'tracks', 'timing']);

/** The header of a record, or null when there is more in it than can be counted. */
export function writeSkim(record: ResultsRecord): string | null {
  for (const [part, value] of Object.entries(record)) if (!counted.has(part) && !(Array.isArray(value) && value.length === 0)) return null;
  return JSON.stringify(skimOf(record));
}

/** null: there is none, or it is of another form; the record itself says all. */
export function readSkim(header: string | undefined): FrameSkim | null {
  if (header === undefined) return null;
  try {
    const skim = JSON.parse(header) as FrameSkim;
    const numbers = [skim.v, skim.epoch, skim.seq, skim.capturedAt, skim.dropped, skim.detections];
    const sound = numbers.every(Number.isFinite) && ['inferred', 'quiet', 'failed'].includes(skim.state) && typeof skim.model === 'string' && skim.model !== '' && typeof skim.site === 'string';
    return sound ? skim : null;
  } catch {
    return null;
  }
}
