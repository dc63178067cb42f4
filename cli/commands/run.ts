import { SightlineError } from '@sightline/runtime/errors';
import { Option, type Command } from 'commander';
import { exportFormats, type ExportFormat } from '../run/export.js';

interface RunCommandOptions {
  readonly site?: string;
  readonly zones?: string;
  readonly out?: string;
  readonly format: ExportFormat;
  readonly annotate?: string;
  readonly fps?: number;
  readonly model?: string;
  readonly gate: boolean;
  readonly threads?: number;
  readonly json?: string;
}

export function addRun(program: Command): void {
  program
    .command('run')
    .description('go through recordings as fast as the machine can; killed and started again it goes on, with exactly the same totals')
    .argument('<video...>', 'the recordings')
    .option('--site <file>', 'a site file: the recordings stand in for its cameras, in their order')
    .option('--zones <file>', 'a file with `zones:` alone, for every recording')
    .option('--out <folder>', 'output folder; default: sightline-out/<name of the first recording>')
    .addOption(new Option('--format <name>', 'of the files events, samples and tracks').choices(exportFormats).default('json'))
    .option('--annotate <file>', 'also draw boxes, trails, zones and numbers over the first recording, into this video')
    .option('--fps <number>', 'frames a second to analyse; default: the site’s, or 10', Number)
    .option('--model <name>', 'model to use; default: the site’s, or the default one')
    .option('--no-gate', 'run the model on still pictures too')
    .option('--threads <number>', 'inference threads; default: one per core', Number)
    .option('--json <file>', 'also write the totals as figures')
    .action(async (videos: string[], options: RunCommandOptions) => {
      const path = await import('node:path');
      const { availableParallelism } = await import('node:os');
      const { createLogger } = await import('@sightline/runtime/logging');
      const { jobOf } = await import('../run/job.js');
      const { runRecordings } = await import('../run/run.js');
      const { expectedFrames } = await import('../run/probe.js');
      const { figuresOf } = await import('../run/totals.js');
      const { printTable, writeFigures } = await import('../figures.js');
      const { showProgress } = await import('../terminal/progress.js');
      const { stopRequested } = await import('../stop-signal.js');
      if (options.fps !== undefined && !(options.fps > 0)) throw new SightlineError('USAGE', `--fps is ${options.fps}; it must be a number above 0`);

      const job = await jobOf({ videos, ...options });
      const out = options.out ?? path.join('sightline-out', job.site.cameras[0]!.name);
      const stop = new AbortController();
      void stopRequested().then(() => stop.abort());
      const progress = showProgress(videos.length === 1 ? path.basename(videos[0]!) : `${videos.length} recordings`, { unit: 'frames', total: await expectedFrames(job.site.cameras) });
      const totals = await runRecordings(job, {
        out,
        threads: options.threads ?? availableParallelism(),
        format: options.format,
        ...(options.annotate && { annotate: options.annotate }),
        logger: createLogger({ format: 'text', level: 'warn' }),
        onProgress: (done) => progress.update(done),
        signal: stop.signal,
      });
      progress.done(`${totals.cameras.reduce((sum, camera) => sum + camera.frames, 0)} frames in ${totals.seconds.toFixed(1)} s`);
      const figures = figuresOf(totals);
      printTable(figures);
      process.stdout.write(`\nevents, samples and tracks are in ${out}${options.annotate ? `, the picture in ${options.annotate}` : ''}\n`);
      if (options.json) writeFigures(options.json, `sightline run ${videos.map((video) => path.basename(video)).join(' ')}`, figures);
      if (totals.cameras.some((camera) => camera.error)) process.exitCode = 1;
    });
}
