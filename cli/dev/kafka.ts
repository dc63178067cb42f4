import { waitForBrokers } from '@sightline/runtime/log/kafka/client';
import { SightlineError } from '@sightline/runtime/errors';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brokerSettings, type BrokerPorts, type BrokerSecurity } from './broker-settings.js';
import { findJava } from './java.js';
import { kafkaJars, kafkaVersion } from './kafka-jars.js';

/**
 * A real Apache Kafka on this machine, for tests and for trying things out: fetched, formatted, started, stopped.
 *
 *     const kafka = await startDevKafka({ folder: '/tmp/kafka' });
 *     const log = await openKafkaLog({ brokers: kafka.brokers });
 *     await kafka.stop();
 */
export interface DevKafkaOptions {
  /** Where the brokers keep their data; kept, so that the same folder starts with the same topics. */
  readonly folder: string;
  /** Port of the first broker; default: a free one. */
  readonly port?: number;
  readonly brokers?: 1 | 3;
  readonly security?: BrokerSecurity;
  /** Java heap of each broker in MB. Default 512 for one, 384 for three. */
  readonly heapMb?: number;
  readonly onStep?: (what: string) => void;
}

export interface DevKafka {
  /** host:port of each broker. */
  readonly brokers: readonly string[];
  pids(): readonly (number | undefined)[];
  /** SIGKILL to one broker, as a crash would be. */
  kill(broker: number): Promise<void>;
  /** Stops and continues one broker's process: unreachable without being dead. */
  freeze(broker: number): void;
  thaw(broker: number): void;
  /** Starts a killed broker again, with its data. */
  start(broker: number): Promise<void>;
  stop(): Promise<void>;
}

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), import.meta.url.includes('/dist/') ? '../../..' : '../..');
const defaultCache = path.join(root, '.sightline', 'kafka');
const startSeconds = 60;
const stopSeconds = 20;
const run = promisify(execFile);

export async function startDevKafka(options: DevKafkaOptions): Promise<DevKafka> {
  const { folder, security = {}, onStep = () => undefined } = options;
  const count = options.brokers ?? 1;
  const cache = process.env['SIGHTLINE_KAFKA_CACHE'] ?? defaultCache;
  const java = await findJava(cache);
  const lib = await kafkaJars(cache, onStep);
  await mkdir(folder, { recursive: true });
  const ports: BrokerPorts[] = [];
  for (let n = 0; n < count; n++) ports.push({ client: n === 0 && options.port ? options.port : await freePort(), internal: await freePort(), controller: await freePort() });
  const context = { java, lib, cache, heapMb: options.heapMb ?? (count === 1 ? 512 : 384) };
  const brokers = ports.map(({ client }) => `127.0.0.1:${client}`);
  const running: (Running | null)[] = [];
  for (let node = 1; node <= count; node++) {
    const home = path.join(folder, `broker-${node}`);
    await mkdir(home, { recursive: true });
    await writeFile(path.join(home, 'server.properties'), brokerSettings(node, ports, path.join(home, 'data'), security));
    if (!existsSync(path.join(home, 'data', 'meta.properties'))) await format(home, node, count, security, context, ports);
  }

  const start = async (node: number): Promise<void> => {
    running[node - 1] = await launch(path.join(folder, `broker-${node}`), context);
  };
  const stop = async (): Promise<void> => {
    await Promise.all(running.map(async (broker) => broker?.stop()));
  };
  onStep(`starting ${count === 1 ? 'a Kafka broker' : `${count} Kafka brokers`}`);
  for (let node = 1; node <= count; node++) await start(node);
  try {
    await waitForBrokers({ port: ports[0]!.internal, count, seconds: startSeconds, dead: () => running.some((broker) => broker?.dead() === true) });
  } catch (error) {
    await stop();
    const tail = (await readFile(path.join(folder, 'broker-1', 'broker.out'), 'utf8').catch(() => '')).trim().split('\n').slice(-3).join(' ');
    throw new SightlineError('LOG_UNREACHABLE', `the Kafka broker did not start: ${tail}`, { cause: error, remedy: `see ${path.join(folder, 'broker-1', 'broker.out')}` });
  }
  return {
    brokers,
    pids: () => running.map((broker) => broker?.pid()),
    kill: async (broker) => {
      await running[broker]?.kill();
      running[broker] = null;
    },
    freeze: (broker) => running[broker]?.signal('SIGSTOP'),
    thaw: (broker) => running[broker]?.signal('SIGCONT'),
    start: (broker) => start(broker + 1),
    stop,
  };
}

interface Context {
  readonly java: string;
  readonly lib: string;
  readonly cache: string;
  readonly heapMb: number;
}

/** Formats a broker's folder; a copy of what an earlier format made when nothing in it is the cluster's own. */
async function format(home: string, node: number, count: number, security: BrokerSecurity, context: Context, ports: readonly BrokerPorts[]): Promise<void> {
  const data = path.join(home, 'data');
  const scram = security.sasl && security.sasl.mechanism !== 'PLAIN' ? security.sasl : null;
  const template = path.join(context.cache, kafkaVersion, `formatted-${node}-of-${count}`);
  if (!scram && existsSync(template)) return cp(template, data, { recursive: true });
  const tool = path.join(home, 'format.properties');
  await writeFile(tool, brokerSettings(node, ports, data, security));
  const scramArguments = scram ? ['--add-scram', `${scram.mechanism}=[name=${scram.username},password=${scram.password}]`] : [];
  await run(context.java, ['-cp', `${context.lib}/*`, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', tool, '--ignore-formatted', ...scramArguments]);
  if (scram) return;
  const copy = `${template}.${randomBytes(4).toString('hex')}`;
  await cp(data, copy, { recursive: true });
  await rename(copy, template).catch(() => rm(copy, { recursive: true, force: true }));
}

/** Development clusters never meet, so that they may share an id. */
const clusterId = 'c2lnaHRsaW5lLWRldi0wMQ';

interface Running {
  pid(): number | undefined;
  dead(): boolean;
  signal(signal: NodeJS.Signals): void;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts java under a shell that ends it when this process is gone, SIGKILL included: the shell's input closes then.
 * The first clean stop leaves an archive of loaded classes, which halves the next start.
 */
async function launch(home: string, { java, lib, cache, heapMb }: Context): Promise<Running> {
  const archive = path.join(cache, kafkaVersion, 'classes.jsa');
  const own = `${archive}.${randomBytes(4).toString('hex')}`;
  const archived = existsSync(archive);
  const out = await open(path.join(home, 'broker.out'), 'a');
  const command = [
    java,
    archived ? `-XX:SharedArchiveFile=${archive}` : `-XX:ArchiveClassesAtExit=${own}`,
    '-Xlog:cds=off',
    '-Xlog:cds+dynamic=off',
    '-Xshare:auto',
    `-Xms${heapMb}m`,
    `-Xmx${heapMb}m`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=4',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-cp',
    `${lib}/*`,
    'kafka.Kafka',
    path.join(home, 'server.properties'),
  ];
  const script = 'exec 4<&0; "$@" <&- 3>&- 4<&- & java=$!; echo $java >&3; exec 3>&-; (read _ <&4; kill $java 2>/dev/null) & wait $java';
  const shell = spawn('sh', ['-c', script, 'sh', ...command], { stdio: ['pipe', out.fd, out.fd, 'pipe'], detached: true });
  await out.close();
  const pid = await readPid(shell);
  const ended = new Promise<void>((resolve) => shell.once('exit', () => resolve()));
  const send = (signal: NodeJS.Signals): void => {
    if (pid === undefined || shell.exitCode !== null || shell.signalCode !== null) return;
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    send(signal);
    const timer = setTimeout(() => send('SIGKILL'), stopSeconds * 1000);
    await ended;
    clearTimeout(timer);
    shell.stdin!.destroy();
  };
  return {
    pid: () => pid,
    dead: () => shell.exitCode !== null || shell.signalCode !== null,
    signal: send,
    kill: () => end('SIGKILL'),
    stop: async () => {
      send('SIGCONT');
      await end('SIGTERM');
      if (!archived && existsSync(own)) await rename(own, archive);
    },
  };
}

async function readPid(shell: ChildProcess): Promise<number | undefined> {
  const stream = shell.stdio[3] as NodeJS.ReadableStream;
  for await (const chunk of stream) return Number(String(chunk).trim());
  return undefined;
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
