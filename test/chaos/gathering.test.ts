import { describe, it } from 'vitest';
import { killOverAndOver } from '../store/killing.js';

/**
 * A sink gathers rows before it writes them: 2 s live, 30 s of a recording. Killed in between, all that it had gathered is
 * gone from its memory, and must come again from the log, once.
 */
const kills = 4;

describe('a sink killed while it gathers', () => {
  it.each([2, 30])('for %i s loses and doubles nothing', (flushSeconds) => killOverAndOver(kills, { flushSeconds }), 240_000);
});
