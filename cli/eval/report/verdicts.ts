import { readFile } from 'node:fs/promises';
import { SightlineError } from '@sightline/runtime/errors';
import { verdictSchema, type Verdict } from '@sightline/schemas';
import type { Figure } from '../../figures.js';

/**
 * What people said of events on the page, summed up: how many of those they looked at were right. It says nothing of what was
 * missed; that needs labels of a whole clip.
 *
 *     const { sentences, figures } = judgeVerdicts(await readVerdicts('data/labels.jsonl'));
 */
export async function readVerdicts(file: string): Promise<Verdict[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SightlineError('SOURCE_NOT_FOUND', `the labels ${file} cannot be read: ${(cause as Error).message}`, { cause });
  });
  const mistakes: string[] = [];
  const verdicts = text.split('\n').flatMap((line, i): Verdict[] => {
    if (line.trim() === '') return [];
    const parsed = verdictSchema.safeParse(parse(line));
    if (parsed.success) return [parsed.data];
    mistakes.push(`${file}:${i + 1}: ${parsed.error.issues[0]!.path.join('.') || 'the line'}: ${parsed.error.issues[0]!.message}`);
    return [];
  });
  if (mistakes.length > 0) throw new SightlineError('USAGE', mistakes.join('\n'), { remedy: 'correct or remove these lines' });
  return verdicts;
}

export interface VerdictsJudgement {
  readonly sentences: readonly string[];
  readonly figures: readonly Figure[];
}

export function judgeVerdicts(verdicts: readonly Verdict[]): VerdictsJudgement {
  // A person may change their mind, and two may differ: the last word counts.
  const last = new Map(verdicts.map((verdict) => [verdict.event, verdict]));
  const groups = new Map<string, { right: number; wrong: number }>();
  for (const { camera, zone, kind, direction, verdict } of last.values()) {
    const name = `${camera}/${zone}, ${kind}${direction ? ` ${direction}` : ''}`;
    const group = groups.get(name) ?? { right: 0, wrong: 0 };
    group[verdict] += 1;
    groups.set(name, group);
  }
  const sorted = [...groups].sort(([a], [b]) => a.localeCompare(b));
  return {
    sentences: sorted.map(([name, { right, wrong }]) => `${name}: ${right} of ${right + wrong} that people judged were right.`),
    figures: sorted.flatMap(([name, { right, wrong }]): Figure[] => [
      { case: name, metric: 'precision', value: (100 * right) / (right + wrong), unit: '%', better: 'higher' },
      { case: name, metric: 'judged', value: right + wrong, unit: '' },
    ]),
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
