import type { Producer } from '@sightline/runtime/log/log';
import { simulatedFrame, simulatedStart } from '@sightline/workers/run/simulated-detector';

/** A recording of so many simulated frames, for proofs and measurements where the pictures are not the point. */
export interface SimulatedSource {
  readonly frames: number;
  readonly fps: number;
  /** Paced like a live camera, at its fps by the wall clock; otherwise as fast as the log takes it. */
  readonly live?: boolean;
}

export interface SimulatedCamera {
  stop(): Promise<void>;
}

/** Every so many frames one is quiet, as a gate would have it. */
const quietEvery = 13;
const quietAt = 5;

export function startSimulatedCamera(camera: string, source: SimulatedSource, at: { epoch: number; startAtSeq: number }, producer: Producer, report: (problem: string) => void): SimulatedCamera {
  let stopped = false;
  const begun = Date.now();
  const running = (async () => {
    for (let seq = at.startAtSeq; seq < source.frames && !stopped; ) {
      if (source.live) await new Promise((resolve) => setTimeout(resolve, begun + ((seq - at.startAtSeq) * 1000) / source.fps - Date.now()));
      if (stopped) return;
      const startAt = source.live ? begun * 1000 - Math.round((at.startAtSeq * 1e6) / source.fps) : simulatedStart;
      try {
        await producer.send('frames', [simulatedFrame({ camera, seq, epoch: at.epoch, fps: source.fps, startAt, recording: !source.live, quiet: seq % quietEvery === quietAt })]);
        seq += 1;
      } catch (error) {
        report(`camera "${camera}": ${(error as Error).message}`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}
