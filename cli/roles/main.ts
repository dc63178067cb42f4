import { SightlineError, explain } from '@sightline/runtime/errors';
import { systemClock, type Clock } from '@sightline/runtime/clock';
import { roleProcess } from './process.js';
import type { SimulatedSource } from './simulated-camera.js';

/**
 * One role as a child process: `node dist/roles/main.js '{"role":"worker","threads":1}'`. What `sightline dev cluster`,
 * the chaos tests and the bench start; it ends with its parent.
 */
export interface RoleArguments {
  readonly role: 'ingest' | 'worker' | 'sink' | 'alerts' | 'gateway' | 'store';
  readonly threads?: number;
  readonly siteFile?: string;
  readonly folder?: string;
  readonly port?: number;
  readonly writerToken?: string;
  /** This process's clock is off by so much. */
  readonly clockOffSeconds?: number;
  /** A detector of fixed cost instead of the models. */
  readonly simulatedSeconds?: number;
  readonly simulatedSource?: SimulatedSource;
}

const environment = process.env;

export async function runRoleProcess(options: RoleArguments): Promise<void> {
  const { role, threads = 1, siteFile, folder = 'data', port = 0, clockOffSeconds = 0 } = options;
  const off = clockOffSeconds * 1000;
  const clock: Clock = off === 0 ? systemClock : { ...systemClock, now: () => Date.now() + off };
  // Each role loads its own parts only: a process that is started again should be there soon.
  switch (role) {
    case 'ingest': {
      const { startIngestRole } = await import('./ingest.js');
      return roleProcess(role, (logger) => startIngestRole({ environment, logger, clock, ...(siteFile !== undefined && { siteFile }), ...(options.simulatedSource && { simulated: options.simulatedSource }) }));
    }
    case 'worker': {
      const { startWorkerRole } = await import('./worker.js');
      const { simulatedDetector } = await import('@sightline/workers/run/simulated-detector');
      const { simulatedSeconds } = options;
      const detector = simulatedSeconds === undefined ? null : simulatedDetector({ seconds: simulatedSeconds, threads });
      return roleProcess(role, (logger) => startWorkerRole({ environment, logger, threads, clock, ...(detector && { detectors: async () => detector }) }));
    }
    case 'sink': {
      const { startSinkRole } = await import('./sink.js');
      return roleProcess(role, (logger) => startSinkRole({ environment, logger }));
    }
    case 'alerts': {
      const { startAlertsRole } = await import('./alerts.js');
      return roleProcess(role, (logger) => startAlertsRole({ environment, logger }));
    }
    case 'gateway': {
      const { startGatewayRole } = await import('./gateway.js');
      return roleProcess(role, (logger) => startGatewayRole({ environment, logger, host: '127.0.0.1', port, dataFolder: folder, insecure: false }), ({ gateway }) => gateway.url);
    }
    case 'store': {
      const { startStoreRole } = await import('./store.js');
      return roleProcess(role, () => startStoreRole({ folder, host: '127.0.0.1', port, writerToken: options.writerToken ?? '' }), ({ door }) => door.url);
    }
    default:
      throw new SightlineError('USAGE', `there is no role "${String(role)}"`);
  }
}

const [, , text] = process.argv;
if (text !== undefined) {
  runRoleProcess(JSON.parse(text) as RoleArguments).catch((error: unknown) => {
    process.stderr.write(`sightline: ${explain(error)}\n`);
    process.exitCode = 1;
    if (process.connected) process.disconnect();
  });
}
