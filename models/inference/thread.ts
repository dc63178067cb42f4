import { parentPort, workerData } from 'node:worker_threads';
import { SightlineError } from '@sightline/runtime/errors';
import type { Polygon } from '@sightline/schemas';
import type { FrameAnswer, ThreadAnswer, ThreadRequest, ThreadStart } from './messages.js';
import { ModelSession } from './session.js';

/** The body of an inference thread: one session, one frame after the other. */
const port = parentPort!;
const { manifest, modelPath } = workerData as ThreadStart;

/** While so many frames wait here, an answer may wait for the next: the other thread is woken half as often. */
const leastToGoOn = 2;
const answersAtOnce = 2;

const describe = (error: unknown): { code: 'MODEL_FAILED' | 'MODEL_INVALID'; message: string } => ({
  code: error instanceof SightlineError && error.code === 'MODEL_INVALID' ? 'MODEL_INVALID' : 'MODEL_FAILED',
  message: error instanceof Error ? error.message : String(error),
});

async function main(): Promise<void> {
  const began = process.hrtime.bigint();
  const session = await ModelSession.open(modelPath, manifest);
  const facingsOf = new Map<string, Readonly<Record<string, Polygon>>>();
  let waiting = 0;
  let answers: FrameAnswer[] = [];
  const answer = (done: FrameAnswer): void => {
    waiting -= 1;
    answers.push(done);
    if (waiting >= leastToGoOn && answers.length < answersAtOnce) return;
    port.postMessage({ kind: 'answers', answers } satisfies ThreadAnswer, answers.map(({ pixels }) => pixels.buffer as ArrayBuffer));
    answers = [];
  };
  port.on('message', (request: ThreadRequest) => {
    const { id, pixels, facings, ...frame } = request;
    waiting += 1;
    if (facings?.polygons) facingsOf.set(facings.camera, facings.polygons);
    const polygons = facings && facingsOf.get(facings.camera);
    session.detect({ ...frame, pixels, ...(polygons && { facings: polygons }) }).then(
      (output) => answer({ kind: 'done', id, pixels, output }),
      (error: unknown) => answer({ kind: 'failed', id, pixels, ...describe(error) }),
    );
  });
  port.postMessage({ kind: 'ready', sessionSeconds: Number(process.hrtime.bigint() - began) / 1e9 } satisfies ThreadAnswer);
}

main().catch((error: unknown) => port.postMessage({ kind: 'unusable', ...describe(error) } satisfies ThreadAnswer));
