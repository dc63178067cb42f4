import { z } from 'zod';
import type { LiveRequest } from './live.js';

/** Validates what a browser sends over the live socket (apart from live.ts, which the page loads without zod). */
const topic = z.string().min(1).max(80);

export const liveRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('subscribe'), topics: z.array(topic).max(1000), after: z.record(topic, z.int().nonnegative()).optional(), run: z.string().max(64).optional() }),
  z.strictObject({ type: z.literal('unsubscribe'), topics: z.array(topic).max(1000) }),
  z.strictObject({ type: z.literal('shown'), camera: topic }),
]);

/** The request, or null when it is not one. */
export function parseLiveRequest(text: string): LiveRequest | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = liveRequestSchema.safeParse(value);
  return parsed.success ? (parsed.data as LiveRequest) : null;
}
