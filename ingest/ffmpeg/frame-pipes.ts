import { execFile } from 'node:child_process';
import { close, constants, open } from 'node:fs';
import { mkdtemp, rmdir, unlink } from 'node:fs/promises';
import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/**
 * Pipes whose reader puts what arrives straight into given memory. Node reads a child's output into a new buffer of
 * 64 KiB each time, which costs a copy and, at some hundred kilobytes a frame, more than half a millisecond of garbage
 * collection per frame, and hands it on through a stream; a socket on a descriptor of our own takes a buffer of our own.
 */
export interface FramePipe {
  readonly readFd: number;
  /** For ffmpeg; close it here once ffmpeg has it. */
  readonly writeFd: number;
}

/** One for each of ffmpeg's outputs that come with every frame. */
export interface FramePipes {
  readonly pixels: FramePipe;
  readonly thumbnails: FramePipe;
  readonly times: FramePipe;
}

const names = ['pixels', 'thumbnails', 'times'] as const;

/** null where there are no named pipes (Windows); the child's own outputs then serve. */
export async function openFramePipes(): Promise<FramePipes | null> {
  if (process.platform === 'win32') return null;
  const folder = await mkdtemp(path.join(tmpdir(), 'sightline-pipe-')).catch(() => null);
  if (folder === null) return null;
  const files = names.map((name) => path.join(folder, name));
  const opened: number[] = [];
  const opening = async (file: string, flags: number): Promise<number> => {
    const fd = await promisify(open)(file, flags);
    opened.push(fd);
    return fd;
  };
  try {
    await promisify(execFile)('mkfifo', ['-m', '600', ...files]);
    const [pixels, thumbnails, times] = await Promise.all(
      files.map(async (file): Promise<FramePipe> => {
        const readFd = await opening(file, constants.O_RDONLY | constants.O_NONBLOCK);
        return { readFd, writeFd: await opening(file, constants.O_WRONLY) };
      }),
    );
    return { pixels: pixels!, thumbnails: thumbnails!, times: times! };
  } catch {
    for (const fd of opened) closeQuietly(fd);
    return null;
  } finally {
    // All ends are open; the names are no longer needed. Not `rm`: it looks at what it removes, and Node 20 resolves linked
    // packages wrongly when the last file that anybody looked at was a pipe (realpathSync reads that look's shared result).
    for (const file of files) await unlink(file).catch(() => undefined);
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
