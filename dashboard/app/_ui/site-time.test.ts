import { describe, expect, it } from 'vitest';
import { addDays, fromInput, startOfDay, toInput } from './site-time';

const berlin = 'Europe/Berlin';

describe('times in the site’s zone', () => {
  it('begin a day at midnight of the site', () => {
    expect(new Date(startOfDay(Date.parse('2026-07-01T22:30:00Z'), berlin)).toISOString()).toBe('2026-07-01T22:00:00.000Z');
    expect(new Date(startOfDay(Date.parse('2026-01-01T22:30:00Z'), berlin)).toISOString()).toBe('2025-12-31T23:00:00.000Z');
  });

  it('keep the clock time over the change of clocks', () => {
    // Clocks go forward on 2026-03-29 and back on 2026-10-25.
    expect(new Date(addDays(Date.parse('2026-03-30T07:00:00Z'), -7, berlin)).toISOString()).toBe('2026-03-23T08:00:00.000Z');
    expect(new Date(addDays(Date.parse('2026-10-26T08:00:00Z'), -7, berlin)).toISOString()).toBe('2026-10-19T07:00:00.000Z');
    const day = startOfDay(Date.parse('2026-03-29T12:00:00Z'), berlin);
    expect((addDays(day, 1, berlin) - day) / 3_600_000).toBe(23);
  });

  it('survive the way through an input', () => {
    for (const text of ['2026-03-29T01:30', '2026-10-25T03:30', '2026-07-01T00:00']) expect(toInput(fromInput(text, berlin)!, berlin)).toBe(text);
    expect(fromInput('soon', berlin)).toBeNull();
  });
});
