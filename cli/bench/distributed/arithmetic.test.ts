import { describe, expect, it } from 'vitest';
import { needs } from './arithmetic.js';

describe('what cameras need', () => {
  it('is computed from what was measured, and says which figures are assumed', () => {
    const row = (metric: string, value: number | null, at = 'one frame'): { case: string; metric: string; value: number | null; unit: string } => ({ case: at, metric, value, unit: '' });
    const rows = [row('inference cpu', 10), row('encode', 0.5), row('produce', 0.25), row('fetch', 0.5), row('decode', null), row('jpeg size', 40), row('worker cpu a frame', 2, '100 cameras')];
    const text = needs({ rows });
    // 1,000 cameras: 10,000 frames a second, 5,000 of them inferred: 5,000 × (10 + 1) ms + 10,000 × 2 ms.
    expect(text).toContain('| 1,000 | 10,000 | 75 | 3.8 | 200 MB/s | 30 MB/s |');
    expect(text).toContain('inference 10 ms,');
    expect(text).toContain('fetch and decode 1 ms (assumed)');
  });

  it('stands on assumptions alone where nothing was measured', () => {
    expect(needs(null).match(/assumed/g)).toHaveLength(9);
  });
});
