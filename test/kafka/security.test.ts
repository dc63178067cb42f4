import { kafkaOptionsFrom } from '@sightline/runtime/log/kafka/options';
import { openKafkaLog } from '@sightline/runtime/log/kafka/kafka-log';
import { topics } from '@sightline/schemas';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDevKafka, type DevKafka } from 'sightline/dev/kafka';
import { afterEach, describe, expect, it } from 'vitest';

/** Against brokers that really demand it: TLS, SASL PLAIN and SCRAM, given by files and environment. */
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'secure-'));
  closers.push(() => rm(made, { recursive: true, force: true }));
  return made;
}

async function broker(options: Parameters<typeof startDevKafka>[0]): Promise<DevKafka> {
  const kafka = await startDevKafka(options);
  closers.push(() => kafka.stop());
  return kafka;
}

/** A certificate authority and the broker's certificate, as a site's own would be. */
async function certificates(at: string): Promise<{ ca: string; keyAndCertFile: string }> {
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: at, stdio: 'pipe' });
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=test authority');
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'broker.key', '-out', 'broker.csr', '-subj', '/CN=127.0.0.1');
  await writeFile(path.join(at, 'san'), 'subjectAltName=IP:127.0.0.1');
  openssl('x509', '-req', '-in', 'broker.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'broker.pem', '-days', '2', '-extfile', 'san');
  openssl('pkcs8', '-topk8', '-nocrypt', '-in', 'broker.key', '-out', 'broker.pk8');
  const keyAndCertFile = path.join(at, 'keystore.pem');
  await writeFile(keyAndCertFile, (await readFile(path.join(at, 'broker.pk8'), 'utf8')) + (await readFile(path.join(at, 'broker.pem'), 'utf8')));
  return { ca: path.join(at, 'ca.pem'), keyAndCertFile };
}

async function roundTrip(environment: Record<string, string>): Promise<void> {
  const log = await openKafkaLog({ ...(await kafkaOptionsFrom(environment)), partitions: 1 });
  closers.push(() => log.close());
  await log.ensureTopics(topics);
  const producer = await log.producer({ fence: 'worker-0' });
  await producer.send('results', [{ key: 'door', value: Buffer.from('hello') }]);
  const got: string[] = [];
  await log.subscribe({ group: 'g', topics: ['results'], assigned: async () => 'begin', records: async (batch) => void got.push(...batch.map(({ value }) => String(value))) });
  await expect.poll(() => got, { timeout: 10_000 }).toEqual(['hello']);
}

describe('a broker that demands to be spoken to safely', () => {
  it('TLS with SASL PLAIN: with the right files and password, and one clear error each without', async () => {
    const at = await folder();
    const { ca, keyAndCertFile } = await certificates(at);
    const kafka = await broker({ folder: path.join(at, 'kafka'), security: { tls: { keyAndCertFile, caFile: ca }, sasl: { mechanism: 'PLAIN', username: 'sightline', password: 'right' } } });
    await writeFile(path.join(at, 'password'), 'right\n');
    const right = { SIGHTLINE_KAFKA_BROKERS: kafka.brokers.join(','), SIGHTLINE_KAFKA_CA_FILE: ca, SIGHTLINE_KAFKA_SASL: 'plain', SIGHTLINE_KAFKA_USERNAME: 'sightline', SIGHTLINE_KAFKA_PASSWORD_FILE: path.join(at, 'password') };
    await roundTrip(right);
    const open = async (environment: Record<string, string>): Promise<unknown> => openKafkaLog(await kafkaOptionsFrom(environment));
    await expect(open({ ...right, SIGHTLINE_KAFKA_PASSWORD: 'wrong' })).rejects.toMatchObject({ code: 'LOG_AUTH' });
    await expect(open({ ...right, SIGHTLINE_KAFKA_CA_FILE: '', SIGHTLINE_KAFKA_TLS: '1' })).rejects.toMatchObject({ code: 'LOG_AUTH', message: expect.stringContaining('TLS') as string });
  }, 120_000);

  it.each(['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)('SASL %s, users kept as salted hashes: with the right password, and one clear error each without', async (mechanism) => {
    const at = await folder();
    const kafka = await broker({ folder: at, security: { sasl: { mechanism, username: 'sightline', password: 'right' } } });
    const right = { SIGHTLINE_KAFKA_BROKERS: kafka.brokers.join(','), SIGHTLINE_KAFKA_SASL: mechanism.toLowerCase(), SIGHTLINE_KAFKA_USERNAME: 'sightline', SIGHTLINE_KAFKA_PASSWORD: 'right' };
    await roundTrip(right);
    const refused = async (change: Record<string, string>): Promise<unknown> => kafkaOptionsFrom({ ...right, ...change }).then(openKafkaLog).catch((error: unknown) => error);
    for (const change of [{ SIGHTLINE_KAFKA_PASSWORD: 'wrong' }, { SIGHTLINE_KAFKA_USERNAME: 'nobody' }, { SIGHTLINE_KAFKA_SASL: 'plain' }]) {
      const error = await refused(change);
      expect(error, JSON.stringify(change)).toMatchObject({ code: 'LOG_AUTH' });
      // Whoever reads the message learns which broker refused whom, never the password.
      expect((error as Error).message).not.toMatch(/right|wrong/);
    }
  }, 120_000);
});
