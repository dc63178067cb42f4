import { SightlineError } from '@sightline/runtime/errors';
import type { Figure } from '../../figures.js';
import { openForEval } from '../open-model.js';

/** `sightline eval labels|mot|coco FILE`: footage of one's own. */
export interface OwnFootageOptions {
  readonly data: string;
  readonly model: readonly string[];
  readonly html?: string;
  /** mot: the video; coco: the folder of the pictures. */
  readonly clip?: string;
}

export const ownFootage: Readonly<Record<string, (file: string, options: OwnFootageOptions) => Promise<Figure[]>>> = { labels, mot, coco };

async function labels(file: string, { data, model, html }: OwnFootageOptions): Promise<Figure[]> {
  if (file.endsWith('.jsonl')) {
    const { judgeVerdicts, readVerdicts } = await import('./verdicts.js');
    const { sentences, figures } = judgeVerdicts(await readVerdicts(file));
    told(sentences, undefined);
    return [...figures];
  }
  const { evaluateLabels } = await import('./evaluate-labels.js');
  const { readLabels } = await import('./labels-file.js');
  const read = await readLabels(file);
  const detector = await openForEval(model[0] ?? read.model, data);
  try {
    const { sentences, figures } = await evaluateLabels({ labels: read, detector, html, command: commandLine('labels', file, html), reportProgress: tellSeconds });
    told(sentences, html);
    return [...figures];
  } finally {
    await detector.close();
  }
}

async function mot(file: string, { data, model, html, clip }: OwnFootageOptions): Promise<Figure[]> {
  if (clip === undefined) throw new SightlineError('USAGE', 'the video of the ground truth is missing', { remedy: 'sightline eval mot gt.txt --clip VIDEO' });
  const { evaluateMot } = await import('./evaluate-mot.js');
  const detector = await openForEval(model[0] ?? 'default', data);
  try {
    const { sentence, figures } = await evaluateMot({ clip, truth: file, detector, html, command: commandLine('mot', file, html), reportProgress: tellSeconds });
    told([sentence], html);
    return [...figures];
  } finally {
    await detector.close();
  }
}

async function coco(file: string, { data, model, html, clip }: OwnFootageOptions): Promise<Figure[]> {
  const { evaluateCoco } = await import('./evaluate-coco.js');
  const detector = await openForEval(model[0] ?? 'default', data);
  try {
    const { sentence, figures } = await evaluateCoco({ file, images: clip, detector, html, command: commandLine('coco', file, html), reportProgress: (done, of) => tell(`${done} of ${of} pictures`) });
    told([sentence], html);
    return [...figures];
  } finally {
    await detector.close();
  }
}

function commandLine(what: string, file: string, html: string | undefined): string {
  return `sightline eval ${what} ${file}${html === undefined ? '' : ` --html ${html}`}`;
}

function tell(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}  `);
}

function tellSeconds(seconds: number): void {
  tell(`${seconds.toFixed(0)} s of the clip seen`);
}

function told(sentences: readonly string[], html: string | undefined): void {
  if (process.stderr.isTTY) process.stderr.write('\n');
  process.stdout.write(`${sentences.join('\n')}\n${html === undefined ? '' : `Pictures of what went wrong: ${html}\n`}\n`);
}
