import type { StoredRecord } from '@sightline/runtime/log/log';
import type { FrameHeader } from '@sightline/schemas';

/** A frame that a worker has taken from the log and not yet answered for. */
export interface TakenFrame {
  readonly record: StoredRecord;
  readonly header: FrameHeader;
  /** ms: when the worker took it. */
  readonly takenAt: number;
  /** Called once its result is safe, or once it is known that there will be none. */
  readonly finish: () => void;
}
