import { execFile } from 'node:child_process';
import { close, constants, open } from 'node:fs';
import { mkdtemp, rmdir, unlink } from 'node:fs/promises';
import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/**
 * A pipe whose reader puts what arrives straight into given memory. Node reads a child's standard output into a new
 * buffer of 64 KiB each time, which costs a copy and, at some hundred kilobytes a frame, more than half a millisecond of
 * garbage collection per frame; a socket on a descriptor of our own takes a buffer of our own.
 */
export interface PixelPipe {
  readonly readFd: number;
  /** For ffmpeg; close it here once ffmpeg has it. */
  readonly writeFd: number;
}

/** null where there are no named pipes (Windows); standard output then serves. */
export async function openPixelPipe(): Promise<PixelPipe | null> {
  if (process.platform === 'win32') return null;
  const folder = await mkdtemp(path.join(tmpdir(), 'sightline-pipe-')).catch(() => null);
  if (folder === null) return null;
  const name = path.join(folder, 'pixels');
  let readFd: number | undefined;
  try {
    await promisify(execFile)('mkfifo', ['-m', '600', name]);
    readFd = await promisify(open)(name, constants.O_RDONLY | constants.O_NONBLOCK);
    return { readFd, writeFd: await promisify(open)(name, constants.O_WRONLY) };
  } catch {
    if (readFd !== undefined) closeQuietly(readFd);
    return null;
  } finally {
    // Both ends are open; the name is no longer needed. Not `rm`: it looks at what it removes, and Node 20 resolves linked
    // packages wrongly when the last file that anybody looked at was a pipe (realpathSync reads that look's shared result).
    await unlink(name).catch(() => undefined);
    await rmdir(folder).catch(() => undefined);
  }
}

export function closeQuietly(fd: number): void {
  close(fd, () => undefined);
}

/** Reads a descriptor into the memory that `room` names, and says with `filled` how many bytes came. */
export function readInto(fd: number, room: () => Uint8Array, filled: (bytes: number) => void): Socket {
  const options: SocketConstructorOpts & { onread: OnReadOpts } = {
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer: room,
      callback: (bytes) => {
        filled(bytes);
        return true;
      },
    },
  };
  const socket = new Socket(options);
  socket.on('error', () => undefined);
  return socket.resume();
}
