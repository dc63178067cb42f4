import { SightlineError } from '@sightline/runtime/errors';
import type { Command } from 'commander';
import type { Figure } from '../figures.js';

interface EvalOptions {
  readonly data: string;
  readonly json?: string;
  readonly model: readonly string[];
  readonly jitter?: number | boolean;
  readonly mot?: string;
  readonly fps?: number;
  readonly pixels: boolean;
  readonly cache: string;
}

/** How far `--jitter` moves all parameters unless told otherwise. */
const defaultJitter = 0.15;

export function addEval(program: Command): void {
  const command = program
    .command('eval')
    .description('judge detection, tracking and events against ground truth; without a name all of them on the footage folder')
    .argument('[what]', 'detection, tracking, events, or all', 'all')
    .option('--data <folder>', 'footage with ground truth (clips/, mot/, truth.json)', process.env['SIGHTLINE_DATA'] ?? '../shared/data')
    .option('--model <name...>', 'models to judge', ['default', 'yolox-nano'])
    .option('--mot <folder>', 'tracking: a sequence of your own in MOTChallenge form (det.txt, gt.txt)')
    .option('--fps <number>', 'tracking: its frame rate, where it has no seqinfo.ini', Number)
    .option('--jitter [share]', 'tracking: repeat with all parameters moved by up to this share (0.15) and print mean and spread', Number)
    .option('--no-pixels', 'tracking: from boxes alone, without appearance')
    .option('--cache <folder>', 'what detectors saw is kept here, so that tracker and zones can be judged again in seconds', '.sightline/eval')
    .option('--json <file>', 'also write the figures to this file')
    .action(async (what: string, options: EvalOptions) => {
      const { printTable, writeFigures } = await import('../figures.js');
      const parts: Record<string, (options: EvalOptions) => Promise<Figure[]>> = { detection, tracking, events };
      const chosen = what === 'all' ? Object.keys(parts) : [what];
      const rows: Figure[] = [];
      for (const name of chosen) {
        const part = parts[name];
        if (!part) throw new SightlineError('USAGE', `there is no evaluation "${name}"; there are ${Object.keys(parts).join(', ')}`);
        const figures = await part(options);
        printTable(figures);
        process.stdout.write('\n');
        rows.push(...figures);
      }
      if (options.json) writeFigures(options.json, `sightline eval ${what}${options.jitter === undefined ? '' : ' --jitter'}${options.pixels ? '' : ' --no-pixels'}`, rows);
    });
  command.addHelpText('after', '\nMean and spread under jitter are what the docs report: a peak of one setting says little.');
}

function tell(label: string): void {
  process.stderr.write(`${label} …done\n`);
}

async function detection({ data, model }: EvalOptions): Promise<Figure[]> {
  const { describeDetection, evaluateDetection } = await import('../eval/detection.js');
  const { openForEval } = await import('../eval/open-model.js');
  process.stdout.write(`${describeDetection}\n\n`);
  return evaluateDetection({ dataFolder: data, models: model, rates: [10, 5], open: (name) => openForEval(name, data), progress: tell });
}

async function tracking({ data, jitter, mot, fps, pixels }: EvalOptions): Promise<Figure[]> {
  const { describeTracking, evaluateTracking } = await import('../eval/tracking.js');
  process.stdout.write(`${describeTracking}\n\n`);
  const share = jitter === true ? defaultJitter : jitter === false ? undefined : jitter;
  return evaluateTracking({ dataFolder: data, pixels, progress: tell, ...(share !== undefined && { jitter: share }), ...(mot && { mot: { folder: mot, ...(fps && { fps }) } }) });
}

async function events({ data, model, cache }: EvalOptions): Promise<Figure[]> {
  const { describeEvents, evaluateEvents } = await import('../eval/events.js');
  const { openForEval } = await import('../eval/open-model.js');
  process.stdout.write(`${describeEvents}\n\n`);
  return evaluateEvents({ dataFolder: data, models: model, open: (name: string) => openForEval(name, data), cache, progress: tell });
}
