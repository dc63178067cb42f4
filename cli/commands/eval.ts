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
  readonly simulated?: boolean;
  readonly cache: string;
  readonly html?: string;
  readonly clip?: string;
  readonly updateDocs?: boolean;
}

type GivenOptions = Omit<EvalOptions, 'model'> & { readonly model?: readonly string[] };

/** How far `--jitter` moves all parameters unless told otherwise. */
const defaultJitter = 0.15;

export function addEval(program: Command): void {
  const command = program
    .command('eval')
    .description('judge detection, tracking and events against ground truth; without a name all of them on the footage folder')
    .argument('[what]', 'detection, tracking, events, drift, or all; or labels, mot, coco for footage of your own', 'all')
    .argument('[file]', 'labels, mot, coco: the file of labels or ground truth (docs/evaluation.md)')
    .option('--data <folder>', 'footage with ground truth (clips/, mot/, truth.json)', process.env['SIGHTLINE_DATA'] ?? '../shared/data')
    .option('--model <name...>', 'models to judge; default: default and yolox-nano, for footage of your own what its labels say')
    .option('--mot <folder>', 'tracking: a sequence of your own in MOTChallenge form (det.txt, gt.txt)')
    .option('--fps <number>', 'tracking: its frame rate, where it has no seqinfo.ini', Number)
    .option('--jitter [share]', 'tracking: repeat with all parameters moved by up to this share (0.15) and print mean and spread', Number)
    .option('--no-pixels', 'tracking: from boxes alone, without appearance')
    .option('--simulated', 'tracking: sequences and detectors made by a simulation in place of the recorded ones')
    .option('--cache <folder>', 'what detectors saw is kept here, so that tracker and zones can be judged again in seconds', '.sightline/eval')
    .option('--clip <path>', 'mot: the video; coco: the folder of the pictures')
    .option('--html <file>', 'labels, mot, coco: write a report with a picture of every miss and false count')
    .option('--update-docs', 'write the tables of docs/ anew from docs/figures, and do nothing else')
    .option('--json <file>', 'also write the figures to this file')
    .action(async (what: string, file: string | undefined, given: GivenOptions) => {
      if (given.updateDocs) return updateAllDocs();
      const { printTable, writeFigures } = await import('../figures.js');
      const { ownFootage } = await import('../eval/report/command.js');
      const own = ownFootage[what];
      if (own) {
        if (file === undefined) throw new SightlineError('USAGE', `which file? sightline eval ${what} FILE`, { remedy: 'docs/evaluation.md shows one' });
        const figures = await own(file, { ...given, model: given.model ?? [] });
        printTable(figures);
        if (given.json) writeFigures(given.json, `sightline eval ${what} ${file}`, figures);
        return;
      }
      const options: EvalOptions = { ...given, model: given.model ?? ['default', 'yolox-nano'] };
      const parts: Record<string, (options: EvalOptions) => Promise<Figure[]>> = { detection, tracking, events, drift };
      const chosen = what === 'all' ? Object.keys(parts) : [what];
      const rows: Figure[] = [];
      for (const name of chosen) {
        const part = parts[name];
        if (!part) throw new SightlineError('USAGE', `there is no evaluation "${name}"; there are ${[...Object.keys(parts), ...Object.keys(ownFootage)].join(', ')}`);
        const figures = await part(options);
        printTable(figures);
        process.stdout.write('\n');
        rows.push(...figures);
      }
      if (options.json) writeFigures(options.json, `sightline eval ${what}${options.jitter === undefined ? '' : ' --jitter'}${options.pixels ? '' : ' --no-pixels'}${options.simulated ? ' --simulated' : ''}`, rows);
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

async function tracking({ data, jitter, mot, fps, pixels, simulated }: EvalOptions): Promise<Figure[]> {
  const { describeTracking, evaluateTracking } = await import('../eval/tracking.js');
  process.stdout.write(`${describeTracking}\n\n`);
  const share = jitter === true ? defaultJitter : jitter === false ? undefined : jitter;
  return evaluateTracking({ dataFolder: data, pixels, progress: tell, ...(simulated && { simulated }), ...(share !== undefined && { jitter: share }), ...(mot && { mot: { folder: mot, ...(fps && { fps }) } }) });
}

async function events({ data, model, cache }: EvalOptions): Promise<Figure[]> {
  const { describeEvents, evaluateEvents } = await import('../eval/events.js');
  const { openForEval } = await import('../eval/open-model.js');
  process.stdout.write(`${describeEvents}\n\n`);
  return evaluateEvents({ dataFolder: data, models: model, open: (name: string) => openForEval(name, data), cache, progress: tell });
}

async function drift({ data, model }: EvalOptions): Promise<Figure[]> {
  const { describeDrift, evaluateDrift } = await import('../eval/drift.js');
  const { openForEval } = await import('../eval/open-model.js');
  process.stdout.write(`${describeDrift}\n\n`);
  const detector = await openForEval(model[0]!, data);
  return evaluateDrift({ dataFolder: data, detector }).finally(() => detector.close());
}

async function updateAllDocs(): Promise<void> {
  const { updateAll } = await import('../eval/tables.js');
  const changed = updateAll('docs');
  process.stdout.write(changed.length === 0 ? 'All tables were up to date.\n' : `Written anew: ${changed.join(', ')}\n`);
}
