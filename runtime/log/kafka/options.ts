import { readFile } from 'node:fs/promises';
import { SightlineError } from '../../errors.js';

/** Where the brokers are and how they want to be spoken to. */
export interface KafkaConnection {
  /** host:port of some of the brokers; they name the others. */
  readonly brokers: readonly string[];
  readonly clientId?: string;
  /** true: the system's certificate authorities. PEM texts otherwise. */
  readonly tls?: boolean | { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?: { readonly mechanism: SaslMechanism; readonly username: string; readonly password: string };
}

export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
export type SaslMechanism = (typeof saslMechanisms)[number];

export interface KafkaLogOptions extends KafkaConnection {
  /** Put before every topic, group and transaction of this site, so that several sites share a cluster. Default none. */
  readonly prefix?: string;
  /** For topics that are created: partitions of those partitioned by camera, copies, and copies that must be written. Defaults 12, 1, 1. */
  readonly partitions?: number;
  readonly replication?: number;
  readonly minInsyncReplicas?: number;
  /** A process that is silent for so long has lost its partitions. Default 6 s. */
  readonly sessionSeconds?: number;
  readonly report?: (problem: string) => void;
}

/**
 * Options from the environment: SIGHTLINE_KAFKA_BROKERS (host:port, …), _PREFIX, _TLS (1), _CA_FILE, _CERT_FILE,
 * _KEY_FILE, _SASL (plain, scram-sha-256, scram-sha-512), _USERNAME, _PASSWORD or _PASSWORD_FILE, _PARTITIONS,
 * _REPLICATION, _MIN_INSYNC.
 */
export async function kafkaOptionsFrom(env: Readonly<Record<string, string | undefined>>): Promise<KafkaLogOptions> {
  const get = (name: string): string | undefined => env[`SIGHTLINE_KAFKA_${name}`] || undefined;
  const file = async (name: string): Promise<string | undefined> => {
    const at = get(name);
    return at === undefined ? undefined : (await readFile(at, 'utf8').catch((error: Error) => refuse(`SIGHTLINE_KAFKA_${name} is ${at}, which cannot be read (${error.message})`))).trim();
  };
  const number = (name: string): number | undefined => {
    const text = get(name);
    if (text === undefined) return undefined;
    return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : refuse(`SIGHTLINE_KAFKA_${name} is "${text}"; it must be a whole number from 1`);
  };
  const brokers = (get('BROKERS') ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '');
  if (brokers.length === 0) refuse('SIGHTLINE_KAFKA_BROKERS is not set; it names the brokers, such as kafka-1:9092,kafka-2:9092');
  for (const broker of brokers) if (!/^[^\s:]+:\d{1,5}$|^\[[^\]]+\]:\d{1,5}$/.test(broker)) refuse(`SIGHTLINE_KAFKA_BROKERS has "${broker}"; a broker is host:port`);
  const [ca, cert, key] = [await file('CA_FILE'), await file('CERT_FILE'), await file('KEY_FILE')];
  const tls = ca !== undefined || cert !== undefined ? { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) } : get('TLS') === '1';
  const mechanism = get('SASL')?.toLowerCase();
  if (mechanism !== undefined && !(saslMechanisms as readonly string[]).includes(mechanism)) refuse(`SIGHTLINE_KAFKA_SASL is "${mechanism}"; it must be one of ${saslMechanisms.join(', ')}`);
  const username = get('USERNAME');
  const password = get('PASSWORD') ?? (await file('PASSWORD_FILE'));
  if (mechanism !== undefined && (username === undefined || password === undefined)) refuse('SIGHTLINE_KAFKA_SASL is set, but SIGHTLINE_KAFKA_USERNAME or _PASSWORD (or _PASSWORD_FILE) is not');
  const prefix = get('PREFIX');
  if (prefix !== undefined && !/^[A-Za-z0-9._-]{1,100}$/.test(prefix)) refuse(`SIGHTLINE_KAFKA_PREFIX is "${prefix}"; a prefix is letters, digits, . _ and -`);
  const [partitions, replication, minInsyncReplicas] = [number('PARTITIONS'), number('REPLICATION'), number('MIN_INSYNC')];
  return {
    brokers,
    ...(tls !== false && { tls }),
    ...(mechanism !== undefined && { sasl: { mechanism: mechanism as SaslMechanism, username: username!, password: password! } }),
    ...(prefix !== undefined && { prefix }),
    ...(partitions !== undefined && { partitions }),
    ...(replication !== undefined && { replication }),
    ...(minInsyncReplicas !== undefined && { minInsyncReplicas }),
  };
}

function refuse(message: string): never {
  throw new SightlineError('USAGE', message, { remedy: 'set it in the environment; docs/distributed.md lists all of them' });
}
