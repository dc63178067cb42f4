import { SightlineError } from '@sightline/runtime/errors';
import type { Command } from 'commander';
import type { Figure } from '../figures.js';

interface BenchOptions {
  readonly data: string;
  readonly rounds: number;
  readonly peer: boolean;
  readonly scale: number;
  readonly only?: readonly string[];
  readonly json?: string;
}

/** Each benchmark loads what it needs when it runs; `describe` says what the figures mean. */
interface Bench {
  readonly about: string;
  run(options: BenchOptions): Promise<{ readonly describe: string; readonly rows: Figure[] }>;
}

const benches: Readonly<Record<string, Bench>> = {
  pipeline: {
    about: 'the whole path beside bare ONNX Runtime and the Python stack, on one core',
    async run({ data, rounds, peer }) {
      const { benchPipeline, describePipeline } = await import('../bench/pipeline.js');
      return { describe: describePipeline, rows: await benchPipeline({ dataFolder: data, rounds, peer, progress: tell }) };
    },
  },
  tracking: {
    about: 'the tracker alone, per frame',
    async run() {
      const { benchTracking, describeBenchTracking } = await import('../bench/tracking.js');
      return { describe: describeBenchTracking, rows: benchTracking() };
    },
  },
  store: {
    about: 'two days of 50 cameras simulated: queries, writing, the sink',
    async run({ scale }) {
      const { benchStore } = await import('../bench/store.js');
      return { describe: 'Writing, and the dashboard’s own queries on two days of 50 cameras (about 10⁸ rows), in the embedded engine; p95 over 40 warm runs.', rows: await benchStore({ scale, report: tell }) };
    },
  },
  dashboard: {
    about: 'the pages in a real Chromium, and one gateway with 2,000 viewers',
    async run({ only }) {
      const { benchDashboard, describeDashboard } = await import('../bench/dashboard.js');
      return { describe: describeDashboard, rows: await benchDashboard({ progress: tell, ...(only && { only }) }) };
    },
  },
  jpeg: {
    about: 'detections against bytes, by quality of the JPEG that frames travel as',
    async run({ data }) {
      const { benchJpeg, describeBenchJpeg } = await import('../bench/jpeg-quality.js');
      const { openForEval } = await import('../eval/open-model.js');
      return { describe: describeBenchJpeg, rows: await benchJpeg({ dataFolder: data, models: ['default', 'yolox-nano'], open: (model) => openForEval(model, data), progress: tell }) };
    },
  },
  distributed: {
    about: 'the same site through Apache Kafka: cost, latency, scale, takeover',
    async run({ data, only }) {
      const { benchDistributed, describeBenchDistributed } = await import('../bench/distributed.js');
      return { describe: describeBenchDistributed, rows: await benchDistributed({ dataFolder: data, onStep: tell, ...(only && { only }) }) };
    },
  },
};

export function addBench(program: Command): void {
  const names = Object.entries(benches).map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`);
  program
    .command('bench')
    .description('measure speed, and print a table with goals and peers')
    .argument('<what>', Object.keys(benches).join(', '))
    .option('--data <folder>', 'footage folder', process.env['SIGHTLINE_DATA'] ?? '../shared/data')
    .option('--rounds <number>', 'repetitions, in turns with what is compared', Number, 3)
    .option('--scale <share>', 'store: share of the full size (two days of 50 cameras)', Number, 1)
    .option('--only <part...>', 'distributed: cost, latency, graceful, SIGKILL, sink, model, workers, cameras, skew; dashboard: words of first-load, phone, main thread, hours, viewers, history, axe')
    .option('--no-peer', 'leave the peers out')
    .option('--json <file>', 'also write the figures to this file')
    .addHelpText('after', `\n${names.join('\n')}`)
    .action(async (what: string, options: BenchOptions) => {
      const bench = benches[what];
      if (!bench) throw new SightlineError('USAGE', `there is no benchmark "${what}"; there are ${Object.keys(benches).join(', ')}`);
      const { printTable, writeFigures } = await import('../figures.js');
      const { describe, rows } = await bench.run(options);
      process.stdout.write(`${describe}\n\n`);
      printTable(rows);
      if (options.json) writeFigures(options.json, `sightline bench ${what}`, rows);
    });
}

function tell(what: string): void {
  process.stderr.write(`${what} …\n`);
}
