import path from 'node:path';
import { open, stat } from 'node:fs/promises';
import { expandSecrets } from '@sightline/runtime/secrets';
import { SightlineError } from '@sightline/runtime/errors';
import type { Camera } from '@sightline/schemas';
import type { Ffmpeg } from '../ffmpeg/binary.js';
import { imageList } from './images.js';
import type { SourceInput } from './input.js';
import { stillPictures } from './still.js';

export type SourceKind = Exclude<Camera['kind'], 'auto'>;

/** A camera's source, ready to be opened. */
export interface Source {
  readonly kind: SourceKind;
  readonly input: SourceInput;
  /** A recording waits and loses nothing; anything else is live. */
  readonly recording: boolean;
  /** Ends by itself: a file or a folder of pictures. */
  readonly finite: boolean;
  /** ms since the Unix epoch of the file, where a recording without a tag began. */
  readonly modifiedAt: number;
  /** Bytes that a file holds and says it has, when those are more. */
  readonly cutShort: { readonly holds: number; readonly declares: number } | null;
  /** The address with its secrets, for redaction only. */
  readonly secret: string;
}

export interface OpenOptions {
  readonly ffmpeg: Ffmpeg;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A silent camera is given up after this long; the supervisor then tries again. */
export const silenceSeconds = 10;

/** Reads a camera's source. Throws SOURCE_NOT_FOUND, SOURCE_UNREADABLE, SITE_SECRET_MISSING; opens no connection. */
export async function openSource(camera: Camera, { ffmpeg, environment }: OpenOptions): Promise<Source> {
  const address = expandSecrets(camera.source, environment);
  const kind = camera.kind === 'auto' ? await kindOf(address) : camera.kind;
  const finite = kind === 'file' || kind === 'images';
  const recording = finite && camera.pace === 'fast';
  const paced = finite && !recording ? ['-re'] : [];
  const silence = String(silenceSeconds * 1_000_000);
  const common = { kind, finite, recording, modifiedAt: 0, cutShort: null, secret: address };
  switch (kind) {
    case 'file': {
      const { file, modifiedAt, cutShort } = await existingFile(camera, address);
      return { ...common, modifiedAt, cutShort, input: { url: `file:${file}`, options: paced } };
    }
    case 'images': {
      const { input, modifiedAt } = await imageList(camera, address);
      return { ...common, modifiedAt, input: { ...input, options: [...paced, ...input.options] } };
    }
    case 'rtsp':
      return { ...common, input: { url: address, options: ['-rtsp_transport', camera.transport, `-${ffmpeg.rtspTimeout}`, silence] } };
    case 'rtmp':
      // An RTMP stream begins with its codec's parameters; ffmpeg would wait for sound that never comes.
      return { ...common, input: { url: address, options: ['-rw_timeout', silence, '-analyzeduration', '1000000'] } };
    case 'mjpeg':
      return { ...common, input: { url: address, options: ['-rw_timeout', silence, '-use_wallclock_as_timestamps', '1', '-f', 'mpjpeg'] } };
    case 'hls':
      // A playlist gives whole segments at once; read at their own speed they are a steady stream.
      return { ...common, input: { url: address, options: ['-re', '-rw_timeout', silence] } };
    case 'still':
      return { ...common, input: stillPictures(camera, address) };
    case 'usb':
      return { ...common, input: { url: address, options: ['-f', 'v4l2'] } };
  }
}

/** Tells the kind of a source from its address. */
export async function kindOf(address: string): Promise<SourceKind> {
  if (/^rtsps?:\/\//i.test(address)) return 'rtsp';
  if (/^rtmp[a-z]*:\/\//i.test(address)) return 'rtmp';
  if (/^https?:\/\//i.test(address)) {
    const name = address.replace(/[?#].*$/, '');
    if (/\.m3u8$/i.test(name)) return 'hls';
    if (/\.(jpe?g|png|webp|bmp)$/i.test(name)) return 'still';
    return 'mjpeg';
  }
  if (/^\/dev\/video\d+$/.test(address)) return 'usb';
  const status = await stat(address).catch(() => null);
  if (status?.isDirectory() === true || (status === null && /[*?[\]]/.test(address))) return 'images';
  return 'file';
}

async function existingFile(camera: Camera, address: string): Promise<Pick<Source, 'modifiedAt' | 'cutShort'> & { file: string }> {
  const file = path.resolve(address.replace(/^file:(\/\/)?/, ''));
  const status = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') throw new SightlineError('SOURCE_NOT_FOUND', `camera "${camera.name}": there is no file at ${file}`, { cause });
    throw new SightlineError('SOURCE_UNREADABLE', `camera "${camera.name}": ${file} cannot be read (${cause.code})`, { cause });
  });
  if (status.size === 0 && status.isFile()) throw new SightlineError('SOURCE_UNREADABLE', `camera "${camera.name}": ${file} is empty (0 bytes)`);
  return { file, modifiedAt: status.mtimeMs, cutShort: await cutShortRiff(file, status.size) };
}

/** What writers put there that could not go back to fill it in. */
const unknownRiffLength = 0xffff_ffff;

/** An AVI file begins with its own length; ffmpeg trusts the file's instead, so a file cut off would pass for a whole one. */
async function cutShortRiff(file: string, holds: number): Promise<Source['cutShort']> {
  const head = Buffer.alloc(8);
  const handle = await open(file).catch(() => null);
  if (handle === null) return null;
  try {
    await handle.read(head, 0, head.length, 0);
  } finally {
    await handle.close();
  }
  const declares = head.readUInt32LE(4) + head.length;
  return head.toString('latin1', 0, 4) === 'RIFF' && declares > holds + 1 && declares < unknownRiffLength ? { holds, declares } : null;
}
