/** `alerts`, keyed by rule: each change of state of a rule, with its evidence. */
export interface AlertRecord {
  /** Unique and the same on every replay: rule/µs at which the condition began. */
  readonly id: string;
  readonly rule: string;
  readonly state: 'pending' | 'firing' | 'resolved';
  readonly severity: 'info' | 'warning' | 'critical';
  readonly camera: string;
  /** Zone, or the camera itself. */
  readonly subject: string;
  readonly measure: string;
  readonly condition: string;
  /** The value that settled it. */
  readonly value: number | null;
  /** µs event time: when the condition began, and of this change. */
  readonly since: number;
  readonly at: number;
}
