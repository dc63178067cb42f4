import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCamera, type CameraEnd } from '@sightline/ingest/camera';
import { tryCamera } from '@sightline/ingest/try-camera';
import { cameraSchema, type CameraStatus, type FrameHeader } from '@sightline/schemas';
import { clips, make, mediaFolder } from './media.js';

const media = mediaFolder();
const at = (name: string): string => path.join(media.folder, name);
afterAll(() => media.remove());

interface Played {
  readonly headers: FrameHeader[];
  readonly statuses: CameraStatus[];
  readonly end: CameraEnd;
  /** The first frame's pixels. */
  readonly first: Uint8Array | null;
}

/** Plays a recording to its end. */
async function play(source: string, camera: Record<string, unknown> = {}): Promise<Played> {
  const headers: FrameHeader[] = [];
  const statuses: CameraStatus[] = [];
  let first: Uint8Array | null = null;
  const run = startCamera({
    camera: cameraSchema.parse({ name: 'door', source, pace: 'fast', fps: 30, gate: false, ...camera }),
    size: (width, height) => ({ width: width >= height ? 128 : 96, height: width >= height ? 96 : 128 }),
    publish: async (header, pixels) => {
      headers.push(header);
      first ??= pixels.slice();
      run.recycle(pixels);
    },
    status: (status) => statuses.push(status),
    epoch: 1,
  });
  const end = await run.done;
  return { headers, statuses, end, first };
}

/** One clear error: code, the camera, the value and the rule; the same in the status. */
function expectProblem({ statuses, end }: Played, code: string, text: RegExp): void {
  expect(end.error?.code).toBe(code);
  expect(end.error!.message).toMatch(/^camera "door": /);
  expect(end.error!.message).toMatch(text);
  expect(end.error!.remedy.length).toBeGreaterThan(10);
  expect(statuses.at(-1)!.problem).toContain(end.error!.message);
}

describe('files that are no video', () => {
  it('a missing file', async () => {
    const played = await play(at('nowhere.mp4'));
    expectProblem(played, 'SOURCE_NOT_FOUND', /there is no file at .*nowhere\.mp4/);
    expect(played.headers).toEqual([]);
  });

  it('a file of zero bytes', async () => {
    writeFileSync(at('zero.mp4'), '');
    expectProblem(await play(at('zero.mp4')), 'SOURCE_UNREADABLE', /zero\.mp4 is empty \(0 bytes\)/);
  });

  it('a text that is called .mp4', async () => {
    writeFileSync(at('text.mp4'), 'This is not a video.\n'.repeat(100));
    expectProblem(await play(at('text.mp4')), 'SOURCE_UNREADABLE', /text\.mp4 is not a video/);
  });

  it('sound without a picture', async () => {
    await make('-f', 'lavfi', '-i', 'sine=duration=1', at('sound.m4a'));
    expectProblem(await play(at('sound.m4a')), 'SOURCE_UNREADABLE', /sound\.m4a holds sound but no picture/);
  });

  it('an .mp4 that was cut off before its index', async () => {
    copyFileSync(path.join(clips, 'traffic.mp4'), at('cut.mp4'));
    const whole = readFileSync(at('cut.mp4'));
    if (whole.indexOf('moov') < whole.length / 2) await make('-i', path.join(clips, 'traffic.mp4'), '-c', 'copy', '-movflags', '0', at('cut.mp4'));
    truncateSync(at('cut.mp4'), 400_000);
    expectProblem(await play(at('cut.mp4')), 'SOURCE_UNREADABLE', /cut off.*moov/);
  });

  it('a folder without pictures, and one that mixes formats', async () => {
    mkdirSync(at('empty'));
    expectProblem(await play(at('empty')), 'SOURCE_NOT_FOUND', /there is no picture/);
    mkdirSync(at('mixed'));
    await make('-f', 'lavfi', '-i', 'testsrc=size=64x48', '-frames:v', '1', at('mixed/1.jpg'));
    await make('-f', 'lavfi', '-i', 'testsrc=size=64x48', '-frames:v', '1', at('mixed/2.png'));
    expectProblem(await play(at('mixed')), 'SOURCE_UNREADABLE', /mixes formats/);
  });
});

describe('videos that are odd', () => {
  it('a truncated .avi gives what it holds, and says where it ends', async () => {
    copyFileSync(path.join(clips, 'plaza.avi'), at('cut.avi'));
    truncateSync(at('cut.avi'), 2_000_000);
    const played = await play(at('cut.avi'));
    expect(played.headers.length).toBeGreaterThan(150);
    expect(played.headers.length).toBeLessThan(300);
    expectProblem(played, 'SOURCE_UNREADABLE', /holds 2000000 of the 8131690 bytes/);
    expect(played.statuses.at(-1)!.state).toBe('ended');
  });

  it('a truncated .mp4 with its index in front gives what it holds, and says where it ends', async () => {
    await make('-i', path.join(clips, 'traffic.mp4'), '-c', 'copy', '-movflags', '+faststart', at('front.mp4'));
    truncateSync(at('front.mp4'), 800_000);
    const played = await play(at('front.mp4'));
    expect(played.headers.length).toBeGreaterThan(150);
    expectProblem(played, 'SOURCE_UNREADABLE', /is 16\.\d+ s long, but cannot be read beyond \d+\.\d s/);
  });

  it('damaged data costs the damaged frames, which are counted', async () => {
    await make('-i', path.join(clips, 'traffic.mp4'), '-c', 'copy', at('whole.ts'));
    const bytes = readFileSync(at('whole.ts'));
    for (let block = 100_000; block < bytes.length - 50_000; block += 100_000) for (let i = 0; i < 4000; i++) bytes[block + i] = (i * 7919) & 255;
    writeFileSync(at('damaged.ts'), bytes);
    const { headers, statuses, end } = await play(at('damaged.ts'));
    expect(end.error).toBeUndefined();
    expect(headers.length).toBeGreaterThan(300);
    expect(statuses.at(-1)!.dropped['corrupt']).toBeGreaterThan(0);
    expect(growing(headers)).toBe(true);
  });

  it('an 8K picture', async () => {
    await make('-f', 'lavfi', '-i', 'testsrc=size=7680x4320:rate=2', '-frames:v', '2', '-c:v', 'mjpeg', at('8k.avi'));
    const { headers, statuses } = await play(at('8k.avi'));
    expect(headers).toHaveLength(2);
    expect(statuses.at(-1)!.size).toEqual([7680, 4320]);
  });

  it('a picture of one pixel', async () => {
    await make('-f', 'lavfi', '-i', 'color=red:size=16x16:rate=5', '-vf', 'format=rgb24,crop=1:1', '-frames:v', '3', '-c:v', 'png', at('one.mov'));
    const { headers, statuses } = await play(at('one.mov'));
    expect(headers).toHaveLength(3);
    expect(statuses.at(-1)!.size).toEqual([1, 1]);
  });

  it('a variable frame rate keeps each frame at its own time', async () => {
    await make('-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=30:duration=4', '-vf', "select='not(mod(n,3))+gt(n,60)'", '-vsync', 'vfr', at('vfr.mkv'));
    const { headers } = await play(at('vfr.mkv'));
    const steps = headers.slice(1).map(({ capturedAt }, i) => Math.round((capturedAt - headers[i]!.capturedAt) / 1000));
    expect(headers).toHaveLength(80);
    expect(steps.slice(0, 20).every((step) => Math.abs(step - 100) <= 1)).toBe(true);
    expect(steps.slice(21).every((step) => Math.abs(step - 33) <= 1)).toBe(true);
  });

  it.each([90, 270])('a phone held upright (turned by %d degrees) is upright', async (degrees) => {
    await make('-f', 'lavfi', '-i', 'color=black:size=160x90:rate=5:duration=1', '-vf', 'drawbox=0:0:40:90:white:fill', '-pix_fmt', 'yuv420p', at('lying.mp4'));
    await make('-i', at('lying.mp4'), '-c', 'copy', '-metadata:s:v', `rotate=${degrees}`, at(`turned-${degrees}.mp4`));
    const { headers, statuses, first } = await play(at(`turned-${degrees}.mp4`));
    expect(statuses.at(-1)!.size).toEqual([90, 160]);
    expect(headers[0]).toMatchObject({ width: 96, height: 128 });
    const row = (y: number): number => first![(y * 96 + 48) * 3]!;
    // The white edge, left when the phone lies, is at the bottom or at the top when it stands (the tag counts anticlockwise).
    expect(row(degrees === 90 ? 122 : 5)).toBeGreaterThan(200);
    expect(row(degrees === 90 ? 5 : 122)).toBeLessThan(50);
  });

  it.each(["Kamera Süd – 門 'a' %d [1] \u{1F6D2}.avi", '-dash: colon?.avi'])('a path like %s', async (name) => {
    await make('-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=5:duration=1', '-c:v', 'mjpeg', at('plain.avi'));
    copyFileSync(at('plain.avi'), at(name));
    expect((await play(at(name))).headers).toHaveLength(5);
  });

  it('a folder and a glob of pictures with such names, in natural order', async () => {
    const folder = at("Bilder Süd's 門");
    mkdirSync(folder);
    for (const n of [1, 2, 10]) await make('-f', 'lavfi', '-i', `color=0x${n === 10 ? 'f0' : `${n}0`}0000:size=64x48`, '-frames:v', '1', path.join(folder, `bild ${n}.png`));
    const { headers } = await play(folder, { fps: 5 });
    expect(headers.map(({ capturedAt }) => capturedAt - headers[0]!.capturedAt)).toEqual([0, 200_000, 400_000]);
    const brightness = headers.map(({ quality }) => quality.brightness);
    expect(brightness).toEqual([...brightness].sort((a, b) => a - b));
    expect((await play(path.join(folder, '*1?.png'))).headers).toHaveLength(1);
  });

  it('a clock that goes back, and one that jumps ahead', async () => {
    const piece = (name: string, offset: string): Promise<void> =>
      make('-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=10:duration=2', '-output_ts_offset', offset, '-muxdelay', '0', '-f', 'mpegts', at(name));
    await piece('a.ts', '100');
    await piece('b.ts', '20');
    await piece('c.ts', '5000');
    writeFileSync(at('jumps.ts'), Buffer.concat(['a.ts', 'b.ts', 'c.ts'].map((name) => readFileSync(at(name)))));
    const { headers, end } = await play(at('jumps.ts'));
    expect(end.error).toBeUndefined();
    expect(headers.length).toBeGreaterThan(55);
    expect(growing(headers)).toBe(true);
    expect((headers.at(-1)!.capturedAt - headers[0]!.capturedAt) / 1e6).toBeLessThan(20);
  });

  it('a resolution that changes in mid-stream', async () => {
    for (const size of ['160x90', '320x240']) await make('-f', 'lavfi', '-i', `testsrc=size=${size}:rate=10:duration=2`, '-c:v', 'mpeg2video', '-f', 'mpegts', at(`${size}.ts`));
    writeFileSync(at('sizes.ts'), Buffer.concat([readFileSync(at('160x90.ts')), readFileSync(at('320x240.ts'))]));
    const { headers, end } = await play(at('sizes.ts'));
    expect(end.error).toBeUndefined();
    expect(headers.length).toBeGreaterThan(35);
    expect(growing(headers)).toBe(true);
  });
});

describe('one camera that cannot be read', () => {
  it('leaves the others alone', async () => {
    const [bad, good] = await Promise.all([play(at('not-there.mp4')), play(path.join(clips, 'traffic.mp4'))]);
    expect(bad.end.error?.code).toBe('SOURCE_NOT_FOUND');
    expect(good.headers).toHaveLength(499);
  });

  it('is told to who tries it, as an answer', async () => {
    expect(await tryCamera(cameraSchema.parse({ name: 'door', source: at('nope.mp4') }))).toMatchObject({ ok: false, error: { code: 'SOURCE_NOT_FOUND' } });
    expect(await tryCamera(cameraSchema.parse({ name: 'door', source: 'rtsp://host.invalid/live' }))).toMatchObject({ ok: false, error: { code: 'SOURCE_REFUSED' } });
    expect(await tryCamera(cameraSchema.parse({ name: 'door', source: 'rtsp://u:${NOT_SET_ANYWHERE}@h/live' }))).toMatchObject({ ok: false, error: { code: 'SITE_SECRET_MISSING' } });
  });
});

describe('privacy masks', () => {
  let bare: Played;
  let masked: Played;
  beforeAll(async () => {
    await make('-f', 'lavfi', '-i', 'color=white:size=320x240:rate=5:duration=1', at('white.mp4'));
    const masks = [
      [[0.25, 0.25], [0.75, 0.25], [0.5, 0.75]],
      [[0.9, 0.9], [1, 0.9], [1, 1], [0.9, 1]],
    ];
    [bare, masked] = await Promise.all([play(at('white.mp4')), play(at('white.mp4'), { privacy: { masks } })]);
  });
  const grey = ({ first }: Played, x: number, y: number): number => first![(Math.floor(y * 96) * 128 + Math.floor(x * 128)) * 3]!;

  it('black out their polygons in every frame and nothing else', () => {
    expect(masked.headers).toHaveLength(5);
    for (const [x, y] of [[0.5, 0.5], [0.3, 0.28], [0.5, 0.7], [0.95, 0.95]] as const) {
      expect(grey(bare, x, y)).toBeGreaterThan(240);
      expect(grey(masked, x, y)).toBeLessThan(16);
    }
    for (const [x, y] of [[0.1, 0.1], [0.3, 0.6], [0.8, 0.5], [0.85, 0.85]] as const) expect(grey(masked, x, y)).toBeGreaterThan(240);
  });

  it('hold for the thumbnail too, from which brightness comes', () => {
    const [before, after] = [bare, masked].map(({ headers }) => headers[0]!.quality.brightness) as [number, number];
    expect(before - after).toBeGreaterThan(255 * 0.11);
  });
});

function growing(headers: readonly FrameHeader[]): boolean {
  return headers.every(({ capturedAt, seq }, i) => i === 0 || (capturedAt > headers[i - 1]!.capturedAt && seq === headers[i - 1]!.seq + 1));
}
