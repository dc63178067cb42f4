import { expect, it } from 'vitest';
import type { CameraStatus } from '@sightline/schemas';
import type { Producer } from '@sightline/runtime/log/log';
import { StatusSender } from './status-sender.js';

function status(frames: number): CameraStatus {
  return { camera: 'c', epoch: 1, state: 'online', since: 0, at: 0, fpsWanted: 1, fpsGot: 1, lastFrameAt: null, size: null, dropped: {}, quiet: 0, frames, reconnects: 0, quality: 'ok' };
}

it('whatever comes last is written last, however it falls between two writes', async () => {
  for (let turns = 0; turns < 12; turns++) {
    const written: (number | null)[] = [];
    const producer: Producer = {
      send: async (_topic, records) => {
        const { value } = records[0]!;
        written.push(value === null ? null : (JSON.parse(Buffer.from(value).toString()) as CameraStatus).frames);
        return [];
      },
      close: async () => undefined,
    };
    const sender = new StatusSender(producer, () => undefined);
    sender.send('c', status(1));
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    sender.send('c', null);
    await sender.settled();
    await new Promise((resolve) => setImmediate(resolve));
    expect(written.at(-1), `${turns} turns in between`).toBe(null);
  }
});

it('of what comes while the log does not answer, only the newest is kept', async () => {
  const written: number[] = [];
  const open: (() => void)[] = [];
  const producer: Producer = {
    send: (_topic, records) =>
      new Promise((resolve) => {
        open.push(() => {
          written.push((JSON.parse(Buffer.from(records[0]!.value!).toString()) as CameraStatus).frames);
          resolve([]);
        });
      }),
    close: async () => undefined,
  };
  const sender = new StatusSender(producer, () => undefined);
  for (let frames = 0; frames < 100; frames++) {
    sender.send('c', status(frames));
    await Promise.resolve();
  }
  open.shift()!();
  await new Promise((resolve) => setImmediate(resolve));
  open.shift()!();
  await sender.settled();
  expect(written[1]).toBe(99);
  expect(written).toHaveLength(2);
});
