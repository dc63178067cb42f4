import type { Detector, Labels, Polygon } from '@sightline/schemas';
import type { Figure } from '../../figures.js';
import { readVideo } from '../../read-video.js';
import { see } from '../../see.js';
import type { Footage, SeenFrame } from '../events-footage.js';
import { runZones } from '../events-run.js';
import { failuresOf } from './failure.js';
import { frameAt } from './pictures.js';
import { writeReport, type ReportSection } from './html.js';
import { judgeLabels, saidOf, type Judgement } from './judge.js';
import { labelFigures, summarise } from './summary.js';

/**
 * Judges Sightline on a clip of one's own: runs detector, tracker and zones over it and compares with the labels.
 *
 *     const { sentences, figures } = await evaluateLabels({ labels: await readLabels('door.labels.json'), detector, html: 'report.html' });
 */
export interface EvaluateLabels {
  readonly labels: Labels;
  readonly detector: Detector;
  /** Where to write the report with pictures; none when absent. */
  readonly html?: string | undefined;
  /** Shown in the report. */
  readonly command?: string;
  readonly reportProgress?: (seconds: number) => void;
}

export interface LabelsEvaluation {
  /** One a zone and kind: `door: counted 118 of 120 crossings, 1 twice.` */
  readonly sentences: readonly string[];
  readonly figures: readonly Figure[];
  readonly judgements: readonly Judgement[];
}

/** Rejects with a SightlineError when the clip cannot be read. */
export async function evaluateLabels({ labels, detector, html, command = 'sightline eval', reportProgress }: EvaluateLabels): Promise<LabelsEvaluation> {
  const footage = await watch(labels, detector, reportProgress);
  const { events } = runZones(footage, labels.zones, { every: 1, start: 0 });
  const judgements = judgeLabels(labels, saidOf(events));
  const sections = judgements.map((judgement): ReportSection => ({
    heading: `${judgement.zone}, ${judgement.kind}`,
    summary: summarise(judgement),
    figures: labelFigures(judgement),
    failures: failuresOf(judgement, labels.zones),
  }));
  if (html !== undefined) {
    await writeReport(html, { title: labels.clip.split('/').at(-1)!, command, when: new Date().toISOString(), sections, picture: ({ at }) => frameAt(labels.clip, at) });
  }
  return { sentences: sections.map(({ summary }) => summary), figures: sections.flatMap(({ figures }) => figures), judgements };
}

/** Every frame at the wanted rate, seen by the detector as a worker would have it. */
async function watch({ clip, fps, zones }: Labels, detector: Detector, reportProgress?: (seconds: number) => void): Promise<Footage> {
  const facings: [string, Polygon][] = zones.flatMap((zone) => (zone.kind === 'shelf' ? zone.facings.map((facing): [string, Polygon] => [`${zone.name}/${facing.name}`, facing.polygon]) : []));
  const frames: SeenFrame[] = [];
  let first: number | null = null;
  let aspect = 1;
  const video = readVideo(clip, { fps, size: (width, height) => detector.inputSize(width, height) });
  for await (const input of see(video, detector, { appearance: true, ...(facings.length > 0 && { facings: Object.fromEntries(facings) }) })) {
    first ??= input.capturedAt;
    const at = (input.capturedAt - first) / 1e6;
    aspect = input.aspect;
    frames.push({ at, detections: input.detections, ...(input.facings && { facings: input.facings }) });
    reportProgress?.(at);
  }
  return { clip, model: detector.model.version, aspect, frames };
}
