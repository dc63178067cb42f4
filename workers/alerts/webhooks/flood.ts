import type { WrittenAlert } from '../record.js';

/**
 * Keeps a webhook from being flooded: so many firings an hour, and for each that was told its end. It decides by the times at
 * which alerts were appended to the log, so that after a restart it decides the same.
 *
 *     const flood = createFloodLimit();
 *     if (flood.lets(alert, record.appendedAt, webhook.maxPerHour)) …
 */
export interface FloodLimit {
  /** To be asked once for each alert of this webhook, in order. */
  lets(alert: WrittenAlert, appendedAt: number, maxPerHour: number): boolean;
}

const hourMs = 3_600_000;
/** Alerts that were held back and are not over; beyond this many the oldest end is told although its beginning was not. */
const mostHeldBack = 10_000;

export function createFloodLimit(): FloodLimit {
  let told: number[] = [];
  const heldBack = new Set<string>();
  return {
    lets({ record }, appendedAt, maxPerHour) {
      if (record.state === 'resolved') return !heldBack.delete(record.id);
      told = told.filter((at) => at > appendedAt - hourMs);
      if (told.length < maxPerHour) {
        told.push(appendedAt);
        return true;
      }
      heldBack.add(record.id);
      if (heldBack.size > mostHeldBack) heldBack.delete(heldBack.values().next().value!);
      return false;
    },
  };
}
