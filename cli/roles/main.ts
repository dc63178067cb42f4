import { SightlineError, explain } from '@sightline/runtime/errors';
import { simulatedDetector } from '@sightline/workers/run/simulated-detector';
import { systemClock, type Clock } from '@sightline/runtime/clock';
import { startAlertsRole } from './alerts.js';
import { startGatewayRole } from './gateway.js';
import { startIngestRole } from './ingest.js';
import { roleProcess } from './process.js';
import type { SimulatedSource } from './simulated-camera.js';
import { startSinkRole } from './sink.js';
import { startStoreRole } from './store.js';
import { startWorkerRole } from './worker.js';

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
  switch (role) {
    case 'ingest':
      return roleProcess(role, (logger) => startIngestRole({ environment, logger, clock, ...(siteFile !== undefined && { siteFile }), ...(options.simulatedSource && { simulated: options.simulatedSource }) }));
    case 'worker': {
      const { simulatedSeconds } = options;
      const detector = simulatedSeconds === undefined ? null : simulatedDetector({ seconds: simulatedSeconds, threads });
      return roleProcess(role, (logger) => startWorkerRole({ environment, logger, threads, clock, ...(detector && { detectors: async () => detector }) }));
    }
    case 'sink':
      return roleProcess(role, (logger) => startSinkRole({ environment, logger }));
    case 'alerts':
      return roleProcess(role, (logger) => startAlertsRole({ environment, logger }));
    case 'gateway':
      return roleProcess(role, (logger) => startGatewayRole({ environment, logger, host: '127.0.0.1', port, dataFolder: folder, insecure: false }), ({ gateway }) => gateway.url);
    case 'store':
      return roleProcess(role, () => startStoreRole({ folder, host: '127.0.0.1', port, writerToken: options.writerToken ?? '' }), ({ door }) => door.url);
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
