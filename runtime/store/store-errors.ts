import { SightlineError, type ErrorCode } from '../errors.js';

/** ClickHouse's own numbers for what can happen to a statement (its ErrorCodes.cpp). */
const diskFull = new Set([243, 1002]);
const busy = new Set([159, 202, 203, 209, 210, 236, 241, 242, 252, 279, 319, 425, 745]);
const refused = new Set([192, 193, 194, 516]);

/** Turns whatever the engine or the network threw into one of our errors. */
export function storeError(error: unknown, doing: string): SightlineError {
  if (error instanceof SightlineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const line = message.split('\n')[0]!.slice(0, 500);
  return new SightlineError(codeOf(message, engineCode(error, message)), `${doing}: ${line}`, { cause: error });
}

/** The engine's number of an error (`Code: 62.`), or undefined when it never reached the engine. */
export function engineCode(error: unknown, message = error instanceof Error ? error.message : String(error)): number | undefined {
  const { clickhouseCode, code } = error as { clickhouseCode?: unknown; code?: unknown };
  if (typeof clickhouseCode === 'number') return clickhouseCode;
  if (typeof code === 'string' && /^\d+$/.test(code)) return Number(code);
  const found = /Code: (\d+)\./.exec(message);
  return found ? Number(found[1]) : undefined;
}

function codeOf(message: string, number: number | undefined): ErrorCode {
  if (/No space left on device|NOT_ENOUGH_SPACE|ENOSPC/.test(message) || (number !== undefined && diskFull.has(number) && /space/i.test(message))) return 'DISK_FULL';
  if (number === undefined) return 'STORE_UNREACHABLE';
  if (refused.has(number)) return 'STORE_AUTH';
  return busy.has(number) ? 'STORE_UNREACHABLE' : 'STORE_QUERY';
}
