import { SightlineError } from '@sightline/runtime/errors';
import type { Camera } from '@sightline/schemas';
import type { CameraOptions } from './camera.js';
import type { Clock } from '@sightline/runtime/clock';
import { EventClock } from './event-clock.js';
import type { Ffmpeg } from './ffmpeg/binary.js';
import { thumbnail } from './ffmpeg/command.js';
import { startDecoder, type DecodedFrame, type Decoder, type DecoderEnd } from './ffmpeg/decoder.js';
import { openFramePipes } from './ffmpeg/frame-pipes.js';
import { probeSource, type Probe } from './ffmpeg/probe.js';
import { Outbox } from './outbox.js';
import { BufferPool } from './pool.js';
import { sourceProblem } from './problem.js';
import { privacyMask } from './privacy.js';
import { openSource, silenceSeconds, type Source } from './source/source.js';
import type { StatusBoard } from './status.js';
import { Inspector } from './view/inspector.js';

/** What outlives a connection. */
export interface SessionState {
  epoch: number;
  /** Next frame's number within the epoch. */
  seq: number;
  /** Frames of a resumed recording that are not given out again. */
  skip: number;
  /** µs. */
  lastCapturedAt: number;
  given: number;
  pool?: BufferPool;
  /** What a live camera's usual view is outlives a reconnection. */
  inspector?: Inspector;
  pid?: number | undefined;
}

export interface SessionOptions {
  readonly camera: Camera;
  readonly options: CameraOptions;
  readonly clock: Clock;
  readonly board: StatusBoard;
  readonly state: SessionState;
  readonly ffmpeg: Ffmpeg;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export interface SessionEnd {
  /** The source is through: nothing more will come. */
  readonly complete: boolean;
  readonly recording: boolean;
  /** Trying again goes on where this ended: ffmpeg crashed, or the camera changed its resolution. */
  readonly resumes?: boolean;
  readonly error?: SightlineError;
}

/** How many frames with pixels may wait for the log: a third of a second at 10 fps, 1.5 MB at 512×288. */
const room = 3;
/** Buffers kept for reuse: those that wait, one being filled, and a few on their way through a detector. */
const spareBuffers = room + 5;
/** A source that is asked what it holds answers within this time, or is tried again later. */
const probeSeconds = silenceSeconds + 5;
/** No frame for this long, or for so many periods of a slow camera, is a stall; twice as long ends the connection. */
const stall = { seconds: 5, periods: 4 };
const tickMs = 1000;
/** A stopped camera waits this long for the frame that is being published. */
const lastPublishMs = 1000;

/** One connection to a source, from opening it to its end (a looped file: until it is stopped). */
export async function runSession(session: SessionOptions): Promise<SessionEnd> {
  const { camera, options, clock, state, ffmpeg, environment, signal, board } = session;
  const source = await openSource(camera, { ffmpeg, environment });
  const answer = await probeSource(ffmpeg, source.input, probeSeconds * 1000, signal);
  if (signal.aborted) return { complete: false, recording: source.recording };
  if (answer.probe === null) throw feedProblem(answer.feedError) ?? sourceProblem(camera, source, answer.said.split('\n').filter(Boolean), answer.timedOut);
  const probe = answer.probe;
  const size = options.size(probe.width, probe.height);
  board.sized(probe.width, probe.height);
  if (!source.recording) {
    state.epoch = Math.max(state.seq === 0 ? state.epoch : state.epoch + 1, Math.round(clock.now()));
    state.seq = 0;
  } else {
    state.skip = Math.max(state.skip, state.seq);
    state.seq = 0;
  }
  board.epoch = state.epoch;

  const events = source.recording ? EventClock.recording(probe.createdAt ?? source.modifiedAt) : EventClock.live(state.lastCapturedAt);
  const pool = state.pool?.bytes === size.width * size.height * 3 ? state.pool : new BufferPool(size.width * size.height * 3, spareBuffers);
  state.pool = pool;
  const connection = new Connection(session, source, probe, size, events, pool);
  const mask = await privacyMask(camera, size);
  for (let first = true; ; first = false) {
    const end = await connection.play(first ? state.skip : 0, mask);
    if (end.reason === 'ended' && camera.loop && source.finite && end.decoder.frames > 0 && end.decoder.signal === null) {
      events.again(connection.period);
      continue;
    }
    return connection.finish(end);
  }
}

interface Played {
  readonly reason: 'ended' | 'stopped' | 'stalled' | 'resized' | 'unpublished';
  readonly decoder: DecoderEnd;
  readonly error?: unknown;
}

class Connection {
  /** µs between the last two frames. */
  period: number;
  readonly #inspector: Inspector;
  readonly #outbox: Outbox;
  #decoder: Decoder | undefined;
  #lastPts = NaN;
  #skip = 0;
  #failed: Error | undefined;

  constructor(
    private readonly session: SessionOptions,
    private readonly source: Source,
    private readonly probe: Probe,
    private readonly size: { width: number; height: number },
    private readonly events: EventClock,
    private readonly pool: BufferPool,
  ) {
    this.period = Math.round(1e6 / Math.min(session.camera.fps, probe.fps ?? session.camera.fps));
    const { board } = session;
    const { state } = session;
    this.#inspector = (source.recording ? undefined : state.inspector) ?? new Inspector(thumbnail.width, thumbnail.height, session.camera.gate);
    this.#inspector.forget();
    state.inspector = this.#inspector;
    this.#outbox = new Outbox({
      publish: session.options.publish,
      live: !source.recording,
      room,
      lost: (pixels) => {
        board.lost('overload');
        this.#inspector.forget();
        pool.give(pixels);
      },
      wait: (full) => (full ? this.#decoder?.pause() : this.#decoder?.resume()),
      failed: (error) => {
        this.#failed = error instanceof Error ? error : new Error(String(error));
        void this.#decoder?.stop();
      },
    });
  }

  /** Runs ffmpeg once, until it ends or has to be ended. */
  async play(skip: number, mask: Uint8Array | null): Promise<Played> {
    const { camera, ffmpeg, signal, state } = this.session;
    let resized = false;
    this.#skip = skip;
    this.#lastPts = NaN;
    const pipes = await openFramePipes();
    const decoder = startDecoder({
      ffmpeg,
      plan: { input: this.source.input, ...this.size, fps: camera.fps, skip, masked: mask !== null, sourcePixels: this.probe.codedPixels },
      ...(mask === null ? {} : { mask }),
      pool: this.pool,
      pipes,
      frame: (frame) => this.#frame(frame),
      resized: () => {
        // A file keeps its first size: opening it again would begin from its beginning.
        if (this.source.finite) return;
        resized = true;
        void decoder.stop();
      },
    });
    this.#decoder = decoder;
    state.pid = decoder.pid;
    const stop = (): void => void decoder.stop();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const watching = new AbortController();
    const stalled = this.#watch(decoder, watching.signal);
    const end = await decoder.ended;
    watching.abort();
    signal.removeEventListener('abort', stop);
    state.pid = undefined;
    this.#count(end);
    const reason = signal.aborted ? 'stopped' : this.#failed !== undefined ? 'unpublished' : resized ? 'resized' : (await stalled) ? 'stalled' : 'ended';
    return { reason, decoder: end };
  }

  /** Publishes what waits (a stopped camera drops it) and says how the connection ended. */
  async finish({ reason, decoder }: Played): Promise<SessionEnd> {
    const { camera } = this.session;
    const { source } = this;
    if (reason === 'stopped') {
      this.#outbox.close();
      // The log may be full, with nobody left who reads it.
      await Promise.race([this.#outbox.drained(), this.session.clock.sleep(lastPublishMs)]);
    } else await this.#outbox.drained();
    const { recording } = source;
    if (reason === 'stopped') return { complete: false, recording };
    if (this.#failed !== undefined) throw this.#failed;
    if (reason === 'resized') return { complete: false, recording, resumes: true };
    if (reason === 'stalled') {
      const error = new SightlineError('SOURCE_STALLED', `camera "${camera.name}": no picture for ${this.#patience() * 2} s`);
      return { complete: false, recording, error };
    }
    if (decoder.signal !== null) {
      const error = new SightlineError('SOURCE_STALLED', `camera "${camera.name}": ffmpeg was ended by ${decoder.signal}`, { remedy: 'it is started again by itself; if it keeps happening, check memory' });
      return { complete: false, recording, resumes: decoder.frames > this.#skip && !(camera.loop && recording), error };
    }
    const problem = feedProblem(decoder.feedError) ?? (decoder.frames === 0 ? sourceProblem(camera, source, decoder.failure === undefined ? decoder.errors : [decoder.failure.message]) : this.#endedEarly(decoder));
    if (source.finite) {
      if (decoder.frames === 0) throw problem ?? sourceProblem(camera, source, decoder.errors);
      return { complete: true, recording, ...(problem === null ? {} : { error: problem }) };
    }
    return { complete: false, recording, error: problem ?? new SightlineError('SOURCE_REFUSED', `camera "${camera.name}": the connection was closed by the camera`) };
  }

  #frame({ pixels, thumb, pts }: DecodedFrame): void {
    const { board, camera, clock, options, state } = this.session;
    const capturedAt = this.events.at(pts, clock.now());
    if (pts > this.#lastPts) this.period = pts - this.#lastPts;
    this.#lastPts = pts;
    state.lastCapturedAt = capturedAt;
    const { quality, motion, quiet } = this.#inspector.see(thumb, capturedAt / 1e6);
    const seq = state.seq++;
    if (pixels === null) return;
    const header = { camera: camera.name, epoch: state.epoch, seq, capturedAt, ...this.size, recording: this.source.recording, quality, motion };
    options.tap?.({ ...header, encoding: 'rgb24', dropped: {} }, pixels);
    board.frame(quiet, quality.state);
    state.given++;
    if (quiet) this.pool.give(pixels);
    this.#outbox.push({ ...header, encoding: quiet ? 'none' : 'rgb24' }, quiet ? null : pixels);
  }

  /** Notices that no frame comes. Resolves to true when it ended the decoder for that, else when told to stop watching. */
  async #watch(decoder: Decoder, done: AbortSignal): Promise<boolean> {
    const { board, clock } = this.session;
    const began = clock.now();
    while (!done.aborted) {
      await clock.sleep(tickMs, done);
      if (done.aborted) return false;
      board.tick();
      if (this.source.recording) continue;
      const silent = (clock.now() - Math.max(began, board.lastFrameAt ?? 0)) / 1000;
      if (silent > this.#patience() && board.state === 'online') board.enter('stalled');
      if (silent > this.#patience() * 2) {
        void decoder.stop();
        return true;
      }
    }
    return false;
  }

  /** Seconds without a frame that are a stall. */
  #patience(): number {
    return Math.max(stall.seconds, stall.periods / this.session.camera.fps);
  }

  #count(end: DecoderEnd): void {
    if (end.corrupt === 0) return;
    this.session.board.lost('corrupt', end.corrupt);
    this.#outbox.owe('corrupt', end.corrupt);
  }

  /** A file that holds less than it says was cut off. */
  #endedEarly(decoder: DecoderEnd): SightlineError | null {
    const { seconds } = this.probe;
    if (!this.source.finite || seconds === null) return null;
    const { name } = this.session.camera;
    const remedy = 'copy the file again; what could be read was analysed';
    if (this.source.cutShort !== null) {
      const { holds, declares } = this.source.cutShort;
      return new SightlineError('SOURCE_UNREADABLE', `camera "${name}": the video is cut off: it holds ${holds} of the ${declares} bytes it says it has`, { remedy });
    }
    if (!this.probe.exactLength && decoder.errors.length === 0) return null;
    const reached = (this.#lastPts + this.period) / 1e6;
    if (reached >= seconds * mostOfIt) return null;
    return new SightlineError('SOURCE_UNREADABLE', `camera "${name}": the video says it is ${seconds} s long, but cannot be read beyond ${reached.toFixed(1)} s`, { remedy });
  }
}

/** Sound may run a little longer than the picture; a file that ends before this share of its length was cut off. */
const mostOfIt = 0.95;

function feedProblem(error: unknown): SightlineError | null {
  return error instanceof SightlineError ? error : null;
}
