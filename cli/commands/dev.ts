import { SightlineError } from '@sightline/runtime/errors';
import type { Command } from 'commander';

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
}
