import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { formatSeconds, showProgress } from './progress.js';

function terminal(isTTY: boolean): { stream: NodeJS.WriteStream; text: () => string } {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { stream: Object.assign(stream, { isTTY }) as unknown as NodeJS.WriteStream, text: () => text };
}

describe('progress', () => {
  it('shows share, amount, speed and time left on a terminal', () => {
    const { stream, text } = terminal(true);
    let now = 0;
    const progress = showProgress('clip.mp4', { unit: 'frames', total: 200, stream, clock: () => now });
    progress.update(0);
    now = 1000;
    progress.update(50);
    expect(text()).toContain(' 25 % 50 frames of 200 frames · 50.0 fps · 0:03 left');
  });

  it('leaves out of the speed what an earlier run had done', () => {
    const { stream, text } = terminal(true);
    let now = 0;
    const progress = showProgress('model', { unit: 'bytes', total: 4e6, stream, clock: () => now });
    progress.update(2e6);
    now = 1000;
    progress.update(3e6);
    expect(text()).toContain('3.0 MB of 4.0 MB · 1.0 MB/s · 0:01 left');
  });

  it('prints a line each tenth elsewhere', () => {
    const { stream, text } = terminal(false);
    const progress = showProgress('clip', { unit: 'steps', total: 1000, stream });
    for (let i = 0; i <= 1000; i++) progress.update(i);
    expect(text().trim().split('\n')).toHaveLength(11);
  });

  it('reads times as people do', () => {
    expect([0, 59.6, 61, 3661].map(formatSeconds)).toEqual(['0:00', '1:00', '1:01', '1:01:01']);
  });
});
