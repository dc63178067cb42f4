import type { DropReason, FrameHeader, FrameQuality } from './frame.js';

/**
 * Frame headers as record headers of the log: a few short strings, readable in any Kafka tool.
 *
 *     await producer.send('frames', [{ key: header.camera, value: pixels, headers: encodeFrameHeader(header) }]);
 */
export function encodeFrameHeader(header: FrameHeader): Record<string, string> {
  const { quality, motion, dropped } = header;
  const encoded: Record<string, string> = {
    camera: header.camera,
    epoch: String(header.epoch),
    seq: String(header.seq),
    capturedAt: String(header.capturedAt),
    size: `${header.width}x${header.height}`,
    encoding: header.encoding,
    recording: header.recording ? '1' : '0',
    quality: `${quality.state} ${quality.brightness} ${quality.contrast} ${quality.sharpness}`,
    motion: `${motion[0]} ${motion[1]}`,
  };
  let losses = '';
  for (const reason of dropReasons) {
    const count = dropped[reason];
    if (count !== undefined) losses += `${losses === '' ? '' : ' '}${reason}=${count}`;
  }
  if (losses !== '') encoded['dropped'] = losses;
  return encoded;
}

/** The frame header of a record, or what is wrong with it (the record then belongs in dead-letter). Never throws. */
export function decodeFrameHeader(headers: Readonly<Record<string, string>> | undefined): FrameHeader | { readonly invalid: string } {
  if (headers === undefined) return { invalid: 'the record has no headers' };
  const camera = headers['camera'];
  if (camera === undefined || camera === '') return { invalid: 'header "camera" is missing' };
  const epoch = wholeNumber(headers['epoch']);
  if (epoch === null) return { invalid: wrong('epoch', headers['epoch'], 'a whole number') };
  const seq = wholeNumber(headers['seq']);
  if (seq === null) return { invalid: wrong('seq', headers['seq'], 'a whole number') };
  const capturedAt = wholeNumber(headers['capturedAt']);
  if (capturedAt === null) return { invalid: wrong('capturedAt', headers['capturedAt'], 'whole microseconds') };
  const size = /^(\d{1,5})x(\d{1,5})$/.exec(headers['size'] ?? '');
  if (size === null) return { invalid: wrong('size', headers['size'], 'WIDTHxHEIGHT') };
  const encoding = headers['encoding'];
  if (encoding !== 'rgb24' && encoding !== 'jpeg' && encoding !== 'none') return { invalid: wrong('encoding', encoding, 'rgb24, jpeg or none') };
  const quality = decodeQuality(headers['quality'] ?? '');
  if (quality === null) return { invalid: wrong('quality', headers['quality'], 'STATE BRIGHTNESS CONTRAST SHARPNESS') };
  const motion = (headers['motion'] ?? '').split(' ').map(Number);
  const [dx, dy] = motion;
  if (motion.length !== 2 || !Number.isFinite(dx) || !Number.isFinite(dy)) return { invalid: wrong('motion', headers['motion'], 'DX DY') };
  const dropped: Partial<Record<DropReason, number>> = {};
  const losses = headers['dropped'];
  if (losses !== undefined) {
    for (const loss of losses.split(' ')) {
      const [reason, text] = loss.split('=');
      const count = wholeNumber(text);
      if (count === null || !isDropReason(reason)) return { invalid: wrong('dropped', losses, 'REASON=COUNT …') };
      dropped[reason] = count;
    }
  }
  return {
    camera,
    epoch,
    seq,
    capturedAt,
    width: Number(size[1]),
    height: Number(size[2]),
    encoding,
    recording: headers['recording'] === '1',
    dropped,
    quality,
    motion: [dx!, dy!],
  };
}

const dropReasons: readonly DropReason[] = ['overload', 'corrupt', 'paused'];
const qualityStates: readonly string[] = ['ok', 'dark', 'blurred', 'frozen', 'moved'] satisfies FrameQuality['state'][];

function isDropReason(text: string | undefined): text is DropReason {
  return (dropReasons as readonly (string | undefined)[]).includes(text);
}

function wholeNumber(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

function decodeQuality(text: string): FrameQuality | null {
  const [state, ...numbers] = text.split(' ');
  const [brightness, contrast, sharpness] = numbers.map(Number);
  if (state === undefined || !qualityStates.includes(state) || numbers.length !== 3) return null;
  if (![brightness, contrast, sharpness].every((value) => Number.isFinite(value))) return null;
  return { state: state as FrameQuality['state'], brightness: brightness!, contrast: contrast!, sharpness: sharpness! };
}

function wrong(name: string, value: string | undefined, rule: string): string {
  return value === undefined ? `header "${name}" is missing` : `header "${name}" is "${value.slice(0, 100)}"; it must be ${rule}`;
}
