import type { LiveAlert } from '@sightline/schemas/live';

/** One time that a rule fired: the record that fired, and when it was over (µs; null while it goes on). */
export interface Incident {
  readonly alert: LiveAlert;
  readonly ended: number | null;
}

/**
 * Records of alerts (pending, firing, resolved, newest first) as the times that they tell of, newest first. What was only pending never fired
 * and is left out.
 */
export function incidentsOf(alerts: readonly LiveAlert[]): Incident[] {
  const fired = new Map<string, Incident>();
  for (const alert of [...alerts].sort((a, b) => a.at - b.at)) {
    const key = `${alert.rule}/${alert.camera}/${alert.subject}/${alert.since}`;
    const known = fired.get(key);
    if (alert.state === 'firing' && !known) fired.set(key, { alert, ended: null });
    if (alert.state === 'resolved' && known) fired.set(key, { ...known, ended: alert.at });
  }
  return [...fired.values()].sort((a, b) => b.alert.at - a.alert.at);
}
