import { readdirSync, readFileSync } from 'node:fs';

/**
 * Where the time of a core goes: CPU milliseconds of this process by what its threads do, and of the programs it has
 * started, from Linux's /proc. Nanoseconds of the scheduler's own account, so a busy machine does not blur them as it
 * does wall time. Everything is 0 elsewhere.
 *
 *     const before = coreTime();
 *     …
 *     const spent = coreTime().main - before.main;
 */
export const coreShares = ['main', 'inference', 'runtime', 'store', 'ffmpeg'] as const;
export type CoreShare = (typeof coreShares)[number];
export type CoreTime = Readonly<Record<CoreShare, number>>;

/** In words, for tables. */
export const describeShare: Readonly<Record<CoreShare, string>> = {
  main: 'main thread',
  inference: 'inference thread',
  runtime: 'helpers of V8 (garbage, compiling)',
  store: 'store and files',
  ffmpeg: 'ffmpeg',
};

const nsPerMs = 1e6;
/** The kernel's ticks, in which ended programs are accounted for. */
const msPerTick = 10;
const tasks = '/proc/self/task';
/** Node begins with these, before libuv's: V8's timer and four helpers, and the inspector's. */
const threadsOfV8 = 6;

/** The busiest of the threads that came later is taken for the inference thread: call with one such thread only. */
export function coreTime(): CoreTime {
  let main = 0;
  let inference = 0;
  let runtime = 0;
  list(tasks)
    .sort((a, b) => Number(a) - Number(b))
    .forEach((thread, place) => {
      const ms = threadMs(`${tasks}/${thread}`);
      if (place === 0) main = ms;
      else if (place <= threadsOfV8) runtime += ms;
      else inference = Math.max(inference, ms);
    });
  const { user, system } = process.cpuUsage();
  // What is left are the store's threads, many of them gone already, and those of libuv, which call it and write files.
  return { main, inference, runtime, store: Math.max(0, (user + system) / 1000 - main - inference - runtime), ffmpeg: programsMs() };
}

/** Programs that this process has started: those that have ended, and those that still run. */
function programsMs(): number {
  let ticks = fieldsOf('self')[2]! + fieldsOf('self')[3]!;
  for (const pid of list('/proc')) if (/^\d+$/.test(pid) && parentOf(pid) === process.pid) ticks += fieldsOf(pid)[0]! + fieldsOf(pid)[1]!;
  return ticks * msPerTick;
}

/** CPU ticks of a process: its own in user and kernel mode, its ended children's in user and kernel mode. */
function fieldsOf(pid: string): number[] {
  const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
  return [11, 12, 13, 14].map((at) => Number(fields[at] ?? 0));
}

function parentOf(pid: string): number {
  return Number(read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ')[1]);
}

function threadMs(task: string): number {
  return Number(read(`${task}/schedstat`).split(' ')[0]) / nsPerMs;
}

/** A thread or program may end between being listed and being read. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
