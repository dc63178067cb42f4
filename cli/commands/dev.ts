import { SightlineError } from '@sightline/runtime/errors';
import type { Command } from 'commander';
import { defaultPort } from '../defaults.js';

export function addDev(program: Command): void {
  const dev = program.command('dev').description('a Kafka, or a whole distributed site, on this machine: for trying out and for tests');

  dev
    .command('kafka')
    .description('fetch Apache Kafka, start it on 127.0.0.1, and stop it with Ctrl-C')
    .option('--port <number>', 'port of the (first) broker', Number, 19_092)
    .option('--brokers <number>', '1 or 3', Number, 1)
    .option('--data <folder>', 'where the brokers keep their data', '.sightline/dev-kafka')
    .action(async ({ port, brokers, data }: { port: number; brokers: number; data: string }) => {
      if (brokers !== 1 && brokers !== 3) throw new SightlineError('USAGE', `--brokers is ${brokers}; it must be 1 or 3`);
      const { startDevKafka } = await import('../dev/kafka.js');
      const { stopRequested } = await import('../stop-signal.js');
      const stop = stopRequested();
      const kafka = await startDevKafka({ folder: data, port, brokers, onStep: (what) => process.stderr.write(`${what} …\n`) });
      process.stdout.write(`\nKafka is on ${kafka.brokers.join(',')}\nSIGHTLINE_KAFKA_BROKERS=${kafka.brokers.join(',')} points the roles to it. Ctrl-C stops it.\n`);
      await stop;
      await kafka.stop();
    });

  dev
    .command('cluster')
    .description('a whole distributed site on this machine: Kafka, store, two ingests, two workers, two sinks, alerts, gateway')
    .option('--site <file>', 'the site file; default: the demo')
    .option('--port <number>', 'port of the live page', Number, defaultPort)
    .option('--data <folder>', 'data of broker and store', '.sightline/dev-cluster')
    .action(async ({ site, port, data }: { site?: string; port: number; data: string }) => {
      const { startDevCluster } = await import('../dev/cluster.js');
      const { createLogger } = await import('@sightline/runtime/logging');
      const { stopRequested } = await import('../stop-signal.js');
      const stop = stopRequested();
      const cluster = await startDevCluster({ folder: data, port, logger: createLogger({ format: 'text' }), ...(site && { siteFile: site }) });
      process.stdout.write(`\nSightline is on ${cluster.url}\nKafka: ${cluster.brokers.join(',')}   store: ${cluster.storeUrl}\nCtrl-C stops it.\n\n`);
      const failure = await Promise.race([stop.then(() => null), cluster.failed.then((error) => ({ error }))]);
      await cluster.stop();
      if (failure) throw failure.error;
    });
}
