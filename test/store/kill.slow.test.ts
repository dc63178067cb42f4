import { it } from 'vitest';
import { killOverAndOver } from './killing.js';

it('loses and doubles nothing when it is killed 60 times', async () => {
  await killOverAndOver(60);
}, 900_000);
