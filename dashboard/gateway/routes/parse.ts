import { SightlineError } from '@sightline/runtime/errors';
import type { z } from 'zod';

/** The request as its schema says, or USAGE with the first thing that is wrong. */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new SightlineError('USAGE', `${issue.path.join('.') || 'the request'}: ${issue.message}`, { remedy: 'correct the request; docs/dashboard.md says what is taken' });
}
