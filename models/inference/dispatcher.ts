import { Worker } from 'node:worker_threads';
import { SightlineError } from '@sightline/runtime/errors';
import type { DetectRequest, DetectorResult, Polygon } from '@sightline/schemas';
import type { FrameAnswer, ThreadAnswer, ThreadRequest, ThreadStart } from './messages.js';

/**
 * Shares frames out to inference threads: one queue per camera, served in turn, so that a busy camera waits for itself
 * and not the others for it. A thread that dies is replaced; its frames reject, all others go on.
 */

/** Frames at a thread: the one it works on, two that follow, so that it never waits for a message, and one whose answer waits for the next. */
export const framesPerThread = 4;

/** Frames that may wait per camera. A caller that awaits its frames never comes near; one that does not is told. */
export const waitingPerCamera = 64;

/** Threads that die without having finished a frame, in a row, until the model is given up. */
const deathsUntilGivenUp = 3;

interface Job {
  readonly request: DetectRequest;
  resolve(result: DetectorResult): void;
  reject(error: SightlineError): void;
}

interface Thread {
  readonly worker: Worker;
  readonly jobs: Map<number, Job>;
  /** The facings this thread was told last, by camera. */
  readonly facings: Map<string, Readonly<Record<string, Polygon>>>;
}

export class Dispatcher {
  readonly #start: ThreadStart;
  readonly #threads = new Set<Thread>();
  /** Cameras with waiting frames, in the order in which they are served next. */
  readonly #waiting = new Map<string, Job[]>();
  #nextId = 0;
  #deaths = 0;
  #closed: SightlineError | null = null;

  readonly #file: URL;

  private constructor(start: ThreadStart, file: URL) {
    this.#start = start;
    this.#file = file;
  }

  /** Rejects with MODEL_INVALID when the model cannot be loaded. */
  static async start(start: ThreadStart, threads: number, file = threadFile): Promise<Dispatcher> {
    const dispatcher = new Dispatcher(start, file);
    try {
      await Promise.all(Array.from({ length: threads }, () => dispatcher.#open()));
    } catch (error) {
      await dispatcher.close();
      throw error;
    }
    return dispatcher;
  }

  submit(request: DetectRequest): Promise<DetectorResult> {
    if (this.#closed) return Promise.reject(this.#closed);
    const queue = this.#waiting.get(request.camera);
    if (queue && queue.length >= waitingPerCamera) {
      return Promise.reject(new SightlineError('MODEL_FAILED', `camera "${request.camera}": ${queue.length} frames wait for inference already`, { remedy: 'await earlier frames before sending more' }));
    }
    return new Promise((resolve, reject) => {
      const job = { request, resolve, reject };
      if (queue) queue.push(job);
      else this.#waiting.set(request.camera, [job]);
      this.#serve();
    });
  }

  async close(): Promise<void> {
    this.#giveUp(new SightlineError('MODEL_FAILED', 'the detector is closed', { remedy: 'this is a defect unless the program is ending' }));
    await Promise.all([...this.#threads].map((thread) => thread.worker.terminate()));
  }

  #open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(this.#file, { workerData: this.#start, execArgv: [] });
      const thread: Thread = { worker, jobs: new Map(), facings: new Map() };
      let ready = false;
      let reason = 'it ended';
      worker.on('message', (answer: ThreadAnswer) => {
        if (answer.kind === 'ready') {
          ready = true;
          this.#threads.add(thread);
          resolve();
          this.#serve();
        } else if (answer.kind === 'unusable') {
          reject(new SightlineError(answer.code, answer.message));
          void worker.terminate();
        } else {
          for (const done of answer.answers) this.#finish(thread, done);
          this.#serve();
        }
      });
      worker.on('error', (error) => (reason = error instanceof Error ? error.message : String(error)));
      worker.on('exit', () => {
        if (ready) this.#buried(thread, reason);
        else reject(new SightlineError('MODEL_FAILED', `an inference thread did not start: ${reason}`));
      });
    });
  }

  #finish(thread: Thread, answer: FrameAnswer): void {
    const job = thread.jobs.get(answer.id);
    thread.jobs.delete(answer.id);
    this.#deaths = 0;
    if (answer.kind === 'done') job?.resolve({ ...answer.output, pixels: answer.pixels });
    else job?.reject(new SightlineError(answer.code, `camera "${job.request.camera}": ${answer.message}`));
  }

  #buried(thread: Thread, reason: string): void {
    this.#threads.delete(thread);
    for (const job of thread.jobs.values()) job.reject(new SightlineError('MODEL_FAILED', `camera "${job.request.camera}": the inference thread died with this frame: ${reason}`));
    thread.jobs.clear();
    if (this.#closed) return;
    this.#deaths += 1;
    if (this.#deaths >= deathsUntilGivenUp) return this.#giveUp(new SightlineError('MODEL_FAILED', `inference threads died ${this.#deaths} times in a row: ${reason}`));
    this.#open().catch((error: unknown) => {
      if (this.#threads.size === 0) this.#giveUp(error instanceof SightlineError ? error : new SightlineError('MODEL_FAILED', String(error)));
    });
  }

  #giveUp(error: SightlineError): void {
    if (this.#closed) return;
    this.#closed = error;
    for (const queue of this.#waiting.values()) for (const job of queue) job.reject(error);
    this.#waiting.clear();
    for (const thread of this.#threads) for (const job of thread.jobs.values()) job.reject(error);
  }

  /** Gives waiting frames to the threads with the fewest, camera by camera. */
  #serve(): void {
    while (this.#waiting.size > 0) {
      let least: Thread | null = null;
      for (const thread of this.#threads) if (thread.jobs.size < framesPerThread && (!least || thread.jobs.size < least.jobs.size)) least = thread;
      if (!least) return;
      const [camera, queue] = this.#waiting.entries().next().value!;
      const job = queue.shift()!;
      this.#waiting.delete(camera);
      if (queue.length > 0) this.#waiting.set(camera, queue);
      this.#send(least, job);
    }
  }

  #send(thread: Thread, job: Job): void {
    const { pixels, width, height, floor, appearance, embedding, facings } = job.request;
    const id = this.#nextId++;
    const own = ownBuffer(pixels);
    const request: ThreadRequest = {
      id,
      pixels: own,
      width,
      height,
      floor: floor ?? this.#start.manifest.floor,
      appearance: appearance ?? false,
      embedding: embedding ?? false,
      ...(facings && { facings: facingsFor(thread, job.request.camera, facings) }),
    };
    try {
      thread.worker.postMessage(request, [own.buffer]);
      thread.jobs.set(id, job);
    } catch (cause) {
      job.reject(new SightlineError('FRAME_INVALID', `camera "${job.request.camera}": the frame cannot be handed to a thread: ${String(cause)}`, { cause }));
    }
  }
}

/** Polygons travel once per thread; the same object means the same polygons. */
function facingsFor(thread: Thread, camera: string, polygons: Readonly<Record<string, Polygon>>): NonNullable<ThreadRequest['facings']> {
  if (thread.facings.get(camera) === polygons) return { camera };
  thread.facings.set(camera, polygons);
  return { camera, polygons };
}

/** A buffer that can be transferred: slices of Node's pool and shared memory cannot, so those are copied. */
function ownBuffer(pixels: Uint8Array): Uint8Array<ArrayBuffer> {
  if (pixels.buffer instanceof ArrayBuffer && pixels.byteLength === pixels.buffer.byteLength) return pixels as Uint8Array<ArrayBuffer>;
  return Uint8Array.from(pixels);
}

/** Threads run built code; from source (under test) the build lies in dist/. */
const threadFile = import.meta.url.endsWith('.ts') ? new URL('../dist/inference/thread.js', import.meta.url) : new URL('./thread.js', import.meta.url);
