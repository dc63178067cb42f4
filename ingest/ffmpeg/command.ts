import fluent from 'fluent-ffmpeg';
import type { Ffmpeg } from './binary.js';
import type { SourceInput } from '../source/input.js';

/** Size of the grey thumbnail on which gate, quality and motion work (architecture rule 8). */
export const thumbnail = { width: 96, height: 54 } as const;

/** What the decoder is asked for. Sizes in pixels, fps in frames a second of event time. */
export interface DecodePlan {
  readonly input: SourceInput;
  readonly width: number;
  readonly height: number;
  /** Most frames a second of the source's own time. */
  readonly fps: number;
  /**
   * So many of the first chosen frames come without pixels: a resumed recording. Their thumbnails still come, so that
   * gate and quality decide about the frames behind them as they did the first time.
   */
  readonly skip: number;
  /** A PNG of the analysis size, opaque black where the picture is blacked out, read from descriptor 5. */
  readonly masked: boolean;
  /** Pixels of a source picture, which decide how many threads decode it. */
  readonly sourcePixels: number;
}

/** Descriptors of ffmpeg's outputs: pixels rgb24, thumbnails grey, and a line of text with each frame's timestamp. */
export const outputs = { pixels: 1, thumbnails: 3, times: 4, mask: 5 } as const;

/** Timestamps are handed over in µs. */
export const ptsPerSecond = 1_000_000;

/**
 * The arguments of one ffmpeg run. Frames are chosen before they are scaled, so that a skipped frame costs only its
 * decoding. Scaling first to yuv420p, then converting, takes a third of scaling to rgb24 at once (0.4 against 0.9 ms on
 * 768×576), and the thumbnail comes from the small luma plane.
 */
export function decodeArguments(ffmpeg: Ffmpeg, plan: DecodePlan): string[] {
  const command = fluent(plan.input.url).inputOptions('-threads', plan.sourcePixels > pixelsOfOneThread ? '2' : '1', ...plan.input.options);
  if (plan.masked) command.input(`pipe:${outputs.mask}`).inputOptions('-f', 'png_pipe');
  const shared = [...ffmpeg.passthrough, '-flush_packets', '1'];
  command
    .complexFilter(filterGraph(plan))
    .output(`pipe:${outputs.pixels}`)
    .outputOptions('-map', '[pixels]', ...shared, '-f', 'rawvideo')
    .output(`pipe:${outputs.thumbnails}`)
    .outputOptions('-map', '[thumbnails]', ...shared, '-f', 'rawvideo')
    .output(`pipe:${outputs.times}`)
    .outputOptions('-map', '[times]', ...shared, '-enc_time_base', `1:${ptsPerSecond}`, '-f', 'framecrc');
  return ['-hide_banner', '-nostdin', '-loglevel', 'repeat+level+verbose', '-filter_complex_threads', '1', ...argumentsOf(command)];
}

/** Up to this many source pixels (2560×1440) one decoding thread keeps up with 30 fps; more threads cost memory. */
const pixelsOfOneThread = 2560 * 1440;

function filterGraph(plan: DecodePlan): string {
  const { width, height } = plan;
  const small = [`select='${everyPeriod(plan.fps)}'`, `scale=${width}:${height}:flags=bilinear`, 'format=yuv420p', 'setsar=1'].join(',');
  const masked = plan.masked ? `[0:v:0]${small}[bare];[bare][1:v:0]overlay=eof_action=repeat:format=yuv420` : `[0:v:0]${small}`;
  return [
    `${masked},split=2[large][luma]`,
    `[large]${plan.skip > 0 ? `select='gte(n,${plan.skip})',` : ''}format=rgb24[pixels]`,
    `[luma]scale=${thumbnail.width}:${thumbnail.height}:flags=bilinear,format=gray,split=2[thumbnails][times]`,
  ].join(';');
}

/**
 * Chooses at most `fps` frames a second by their own time t. A frame may come a quarter of a period early, so that a
 * jittering camera of exactly that rate loses nothing; the next one is due a period after this one was due, so the mean
 * rate holds. Begins anew when time goes back, and takes frames that have no time.
 */
function everyPeriod(fps: number): string {
  const period = (1 / fps).toFixed(9);
  const early = (0.25 / fps).toFixed(9);
  const due = 'ld(0)';
  const next = `if(lt(t,prev_selected_t-1)+gt(t,${due}+${period}),t+${period},${due}+${period})`;
  return `if(isnan(t)+lt(t,prev_selected_t-1)+gte(t,${due}-${early}),st(0,${next})*0+1,0)`;
}

/** fluent-ffmpeg can start ffmpeg only with one pipe; it composes the arguments, and we start it with four. */
function argumentsOf(command: fluent.FfmpegCommand): string[] {
  return (command as unknown as { _getArguments(): string[] })._getArguments();
}
