import { pino, type Logger } from 'pino';
import { Writable } from 'node:stream';

/**
 * Logging for every process: text for a person at a terminal, JSON lines for machines. Never log a camera's source.
 *
 *     const log = createLogger({ format: 'text' });
 *     log.warn({ camera: 'door' }, 'stalled');
 */
export type { Logger };

export interface LoggerOptions {
  readonly format?: 'text' | 'json';
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly stream?: NodeJS.WritableStream;
}

export function createLogger({ format = process.stderr.isTTY ? 'text' : 'json', level = 'info', stream = process.stderr }: LoggerOptions = {}): Logger {
  const destination = format === 'json' ? stream : textLines(stream);
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

const hidden = new Set(['level', 'time', 'msg', 'err']);
const levelWords: Readonly<Record<number, string>> = { 40: 'warning: ', 50: 'error: ', 60: 'fatal: ' };

function textLines(stream: NodeJS.WritableStream): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const { level, time, msg, err, ...fields } = JSON.parse(chunk.toString()) as { level: number; time: string; msg?: string; err?: { message: string } };
      const details = Object.entries(fields)
        .filter(([key]) => !hidden.has(key))
        .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(' ');
      stream.write(`${time.slice(11, 19)} ${levelWords[level] ?? ''}${msg ?? ''}${err ? `: ${err.message}` : ''}${details ? ` (${details})` : ''}\n`);
      done();
    },
  });
}
