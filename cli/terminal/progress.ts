/**
 * A line of progress for long work: what, share, amount, speed and time left. On a terminal it redraws in place; elsewhere
 * it prints a line each tenth, so that logs stay short.
 *
 *     const progress = showProgress('plaza.avi', { unit: 'frames', total: 795 });
 *     progress.update(120);
 *     progress.done();
 */
export interface Progress {
  update(done: number, total?: number): void;
  done(note?: string): void;
}

export interface ProgressOptions {
  readonly unit: 'frames' | 'bytes' | 'steps';
  readonly total?: number | undefined;
  readonly stream?: NodeJS.WriteStream;
  /** ms; monotonic. */
  readonly clock?: () => number;
}

const barWidth = 24;
const redrawEveryMs = 100;

export function showProgress(title: string, { unit, total: firstTotal, stream = process.stderr, clock = () => performance.now() }: ProgressOptions): Progress {
  const began = clock();
  let total = firstTotal;
  let last = -Infinity;
  let lastTenth = -1;
  let startedAt: number | undefined;
  let latest = 0;

  const line = (done: number): string => {
    const seconds = (clock() - began) / 1000;
    const rate = seconds > 0 ? (done - (startedAt ?? 0)) / seconds : 0;
    const share = total ? Math.min(1, done / total) : undefined;
    const bar = share === undefined ? '' : `${'█'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '░')} ${String(Math.floor(share * 100)).padStart(3)} % `;
    const left = share !== undefined && rate > 0 && total ? ` · ${formatSeconds((total - done) / rate)} left` : '';
    return `${title} ${bar}${amount(done, unit)}${total ? ` of ${amount(total, unit)}` : ''} · ${speed(rate, unit)}${left}`;
  };
  return {
    update(done, newTotal) {
      startedAt ??= done;
      latest = done;
      if (newTotal !== undefined) total = newTotal;
      if (stream.isTTY) {
        if (clock() - last < redrawEveryMs) return;
        last = clock();
        stream.write(`\r\u001b[K${line(done)}`);
      } else if (total) {
        const tenth = Math.floor((done / total) * 10);
        if (tenth > lastTenth) stream.write(`${line(done)}\n`);
        lastTenth = Math.max(lastTenth, tenth);
      }
    },
    done(note) {
      const text = note ? `${title}: ${note}` : line(total ?? latest);
      stream.write(stream.isTTY ? `\r\u001b[K${text}\n` : `${text}\n`);
    },
  };
}

function amount(n: number, unit: ProgressOptions['unit']): string {
  if (unit === 'bytes') return n < 1e6 ? `${(n / 1e3).toFixed(0)} kB` : `${(n / 1e6).toFixed(1)} MB`;
  return `${Math.round(n)}${unit === 'frames' ? ' frames' : ''}`;
}

function speed(rate: number, unit: ProgressOptions['unit']): string {
  return unit === 'bytes' ? `${(rate / 1e6).toFixed(1)} MB/s` : `${rate.toFixed(1)} ${unit === 'frames' ? 'fps' : '/s'}`;
}

export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}
