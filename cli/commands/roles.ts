import { SightlineError } from '@sightline/runtime/errors';
import type { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { defaultDataFolder } from '../data-folder.js';
import { defaultPort } from '../defaults.js';

/** The roles of a distributed site: each a process, any number of each, that meet in Kafka and the store. */
const distributed = '\nKafka and the store are named in the environment (SIGHTLINE_KAFKA_BROKERS, SIGHTLINE_STORE_URL …): docs/distributed.md lists all of them.';

export function addRoles(program: Command): void {
  program
    .command('ingest')
    .description('distributed: read this process’s share of the cameras into Kafka')
    .option('--site <file>', 'put this site file in force, and every saved change of it')
    .option('--jpeg-quality <number>', 'of the frames in the log, 1 to 100', Number)
    .addHelpText('after', distributed)
    .action(async ({ site, jpegQuality }: { site?: string; jpegQuality?: number }) => {
      const { roleProcess } = await import('../roles/process.js');
      const { startIngestRole } = await import('../roles/ingest.js');
      await roleProcess('ingest', (logger) => startIngestRole({ environment: process.env, logger, ...(site && { siteFile: site }), ...(jpegQuality && { jpegQuality }) }));
    });

  program
    .command('worker')
    .description('distributed: detect, track and judge zones for this process’s share of the cameras')
    .option('--threads <number>', 'inference threads; default: one less than the cores', Number, Math.max(1, availableParallelism() - 1))
    .addHelpText('after', distributed)
    .action(async ({ threads }: { threads: number }) => {
      const { roleProcess } = await import('../roles/process.js');
      const { startWorkerRole } = await import('../roles/worker.js');
      await roleProcess('worker', (logger) => startWorkerRole({ environment: process.env, logger, threads }));
    });

  program
    .command('sink')
    .description('distributed: write results into the store')
    .addHelpText('after', distributed)
    .action(async () => {
      const { roleProcess } = await import('../roles/process.js');
      const { startSinkRole } = await import('../roles/sink.js');
      await roleProcess('sink', (logger) => startSinkRole({ environment: process.env, logger }));
    });

  program
    .command('alerts')
    .description('distributed: evaluate the rules and tell webhooks')
    .addHelpText('after', distributed)
    .action(async () => {
      const { roleProcess } = await import('../roles/process.js');
      const { startAlertsRole } = await import('../roles/alerts.js');
      await roleProcess('alerts', (logger) => startAlertsRole({ environment: process.env, logger }));
    });

  program
    .command('gateway')
    .description('distributed: serve the live page, REST and the live socket')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port', Number, defaultPort)
    .option('--data <folder>', 'accounts and evidence pictures; shared by gateways that serve the same viewers', defaultDataFolder)
    .option('--insecure', 'listen beyond this machine without password or TLS', false)
    .addHelpText('after', distributed)
    .action(async ({ host, port, data, insecure }: { host: string; port: number; data: string; insecure: boolean }) => {
      const { roleProcess } = await import('../roles/process.js');
      const { startGatewayRole } = await import('../roles/gateway.js');
      await roleProcess('gateway', (logger) => startGatewayRole({ environment: process.env, logger, host, port, dataFolder: data, insecure }), ({ gateway }) => gateway.url);
    });

  program
    .command('store')
    .description('distributed: the embedded engine behind a door that sinks may write through, where there is no ClickHouse server')
    .option('--data <folder>', 'folder of the store', defaultDataFolder)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port', Number, 8123)
    .addHelpText('after', '\nThe password of the user `writer` is taken from SIGHTLINE_STORE_PASSWORD, or from the file SIGHTLINE_STORE_PASSWORD_FILE.')
    .action(async ({ data, host, port }: { data: string; host: string; port: number }) => {
      const { storePassword } = await import('../roles/connect.js');
      const writerToken = await storePassword(process.env);
      if (!writerToken) throw new SightlineError('USAGE', 'neither SIGHTLINE_STORE_PASSWORD nor SIGHTLINE_STORE_PASSWORD_FILE is set; sinks write with that password', { remedy: 'set it in the environment, to the same for store and sinks' });
      const { roleProcess } = await import('../roles/process.js');
      const { startStoreRole } = await import('../roles/store.js');
      await roleProcess('store', () => startStoreRole({ folder: data, host, port, writerToken }), ({ door }) => door.url);
    });

  program
    .command('repartition')
    .description('distributed: give the topics more partitions, with everything at rest; each camera keeps its order and state')
    .argument('<count>', 'partitions of frames, results and checkpoints from now on', Number)
    .addHelpText('after', `${distributed}\nThe steps before and after are in docs/distributed.md, "More partitions later".`)
    .action(async (count: number) => {
      if (!Number.isInteger(count) || count < 1) throw new SightlineError('USAGE', `the count is ${count}; it must be a whole number from 1`);
      const { kafkaOptionsFrom } = await import('@sightline/runtime/log/kafka/options');
      const { repartition } = await import('../roles/repartition.js');
      const { cameras, moved } = await repartition(await kafkaOptionsFrom(process.env), count);
      process.stdout.write(`${count} partitions; ${moved} of ${cameras} cameras moved with their state.\nSet SIGHTLINE_KAFKA_PARTITIONS=${count} everywhere, then start workers and sinks, then ingests.\n`);
    });
}
