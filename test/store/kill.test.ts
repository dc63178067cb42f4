import { it } from 'vitest';
import { killOverAndOver } from './killing.js';

it('loses and doubles nothing when it is killed 4 times', async () => {
  await killOverAndOver(4);
}, 120_000);
