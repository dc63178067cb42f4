/** `camera-status`: the last value of each camera, keyed by camera. */
export interface CameraStatus {
  readonly camera: string;
  readonly epoch: number;
  readonly state: 'starting' | 'online' | 'stalled' | 'offline' | 'ended';
  /** ms wall clock: since when in this state. */
  readonly since: number;
  /** ms wall clock of this report. */
  readonly at: number;
  readonly fpsWanted: number;
  readonly fpsGot: number;
  /** ms wall clock of the last frame, or null. */
  readonly lastFrameAt: number | null;
  /** Size of the source picture, null before the first frame. */
  readonly size: readonly [width: number, height: number] | null;
  /** Frames lost since the start, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Frames the gate held back since the start. */
  readonly quiet: number;
  readonly frames: number;
  readonly reconnects: number;
  readonly quality: 'ok' | 'dark' | 'blurred' | 'frozen' | 'moved';
  /** What went wrong last, without secrets, and what to do; absent when all is well. */
  readonly problem?: string;
}
