import { describe, expect, it } from 'vitest';
import { createUsual } from './usual.js';

describe('what is usual on a line', () => {
  it('is known by lane, after a few crossings, and survives a restart', () => {
    const usual = createUsual();
    expect(usual.of({ along: 0.2, direction: 'out' })).toBe('unknown');
    for (let k = 0; k < 5; k++) usual.learned({ along: 0.2, direction: 'in' });
    for (let k = 0; k < 5; k++) usual.learned({ along: 0.8, direction: 'out' });
    const again = createUsual(usual.snapshot());
    expect(again.of({ along: 0.22, direction: 'in' })).toBe('usual');
    expect(again.of({ along: 0.2, direction: 'out' })).toBe('against');
    expect(again.of({ along: 0.8, direction: 'out' })).toBe('usual');
    expect(again.of({ along: 0.5, direction: 'out' })).toBe('unknown');
  });

  it('is nothing at a door, which has both ways', () => {
    const usual = createUsual();
    for (let k = 0; k < 20; k++) usual.learned({ along: 0.5, direction: k % 3 === 0 ? 'out' : 'in' });
    expect(usual.of({ along: 0.5, direction: 'out' })).toBe('unknown');
  });
});
