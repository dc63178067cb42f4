import type { Socket } from 'node:net';
import { spawn, type ChildProcess } from 'node:child_process';

/**
 * No ffmpeg outlives this process, even when it gets SIGKILL. An ffmpeg that writes ends by itself when its reader is
 * gone; one that waits for a silent camera does not. So one small shell, in a session of its own, reads the process ids
 * it is to guard from a pipe; when the pipe closes, because we are gone, it kills them.
 */
export function guardProcess(pid: number | undefined): () => void {
  if (pid === undefined || process.platform === 'win32') return () => undefined;
  if (guarded.size === 0) watchdog = startWatchdog();
  guarded.add(pid);
  watchdog?.stdin?.write(`+${pid}\n`);
  return () => {
    if (!guarded.delete(pid)) return;
    watchdog?.stdin?.write(`-${pid}\n`);
    if (guarded.size === 0) {
      watchdog?.stdin?.end();
      watchdog = undefined;
    }
  };
}

const guarded = new Set<number>();
let watchdog: ChildProcess | undefined;

const script = `trap '' INT TERM HUP
pids=' '
while read -r line; do
  pid=\${line#?}
  case $line in
    +*) pids="$pids$pid " ;;
    -*) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -9 "$pid"; done`;

function startWatchdog(): ChildProcess | undefined {
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  (child.stdin as Socket).unref();
  return child;
}
