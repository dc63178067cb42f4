import { randomUUID, timingSafeEqual, createHash } from 'node:crypto';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { SightlineError } from '../errors.js';
import type { EmbeddedStore } from './embedded.js';
import { openGuard, type Refusal } from './door-guard.js';
import { readRequest, type DoorRequest } from './door-request.js';
import { answer, type Answer, type DoorLimits } from './door-session.js';
import { engineCode } from './store-errors.js';
import { Turns } from './turns.js';

/**
 * The door: ClickHouse's own HTTP interface in front of the embedded store, for any ClickHouse client. Whoever has no token
 * only reads; whoever has the writer's token (user `writer`) inserts and creates too, which is how sinks of other processes
 * write here.
 *
 *     const door = await openDoor({ store, port: 8123 });
 *     // clickhouse-client --host … , createClient({ url: door.url }), clickhouse_connect.get_client(port=…)
 */
export interface DoorOptions {
  readonly store: EmbeddedStore;
  /** 0 takes a free one. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Password of the readers; default none, which is meant for localhost. */
  readonly readerPassword?: string;
  /** Password of the user `writer`; without it nobody writes through the door. */
  readonly writerToken?: string;
  readonly limits?: Partial<DoorLimits>;
}

export interface Door {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Room for a sink's largest batch. */
const maxBodyBytes = 64 * 2 ** 20;

/** A dashboard's query is done in well under a second; an analyst may wait. Two at once leave the machine to the cameras. */
const defaultLimits: DoorLimits = { seconds: 30, memoryBytes: 512 * 2 ** 20, resultBytes: 256 * 2 ** 20, atOnce: 2 };
const waitSeconds = 10;

/** Rejects with PORT_TAKEN. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { store, host = '127.0.0.1' } = options;
  const limits: DoorLimits = { ...defaultLimits, ...options.limits };
  const judging = store.session();
  const guard = await openGuard(store.folder, judging);
  const judges = new Turns(1);
  const reading = new Turns(limits.atOnce);
  const app = fastify({ bodyLimit: maxBodyBytes, exposeHeadRoutes: false });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    try {
      const asked = readRequest({ method: request.method, query: request.query as Record<string, string>, headers: request.headers, body: (request.body as Buffer | undefined) ?? new Uint8Array() });
      if (asked.sql.trim() === '') return await reply.type('text/plain').send('Ok.\n');
      const role = roleOf(asked, options);
      if (!role) return refuse(reply, { code: 516, name: 'AUTHENTICATION_FAILED', message: `${asked.user}: Authentication failed: password is incorrect, or there is no user with such name.` });
      const refusal = await judges.take(() => guard.judge(asked.sql, asked.params, role === 'writer'));
      if (refusal) return refuse(reply, refusal);
      const work = (): Promise<Answer> => answer(store, asked, role, limits);
      return respond(reply, asked, await (role === 'writer' ? work() : reading.take(work, waitSeconds)));
    } catch (error) {
      return fail(reply, error);
    }
  };
  app.get('/ping', async (_request, reply) => reply.type('text/plain').send('Ok.\n'));
  app.get('/', handle);
  app.post('/', handle);

  try {
    await app.listen({ port: options.port, host });
  } catch (error) {
    await guard.close();
    judging.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new SightlineError('PORT_TAKEN', `the store's door cannot open: port ${options.port} of ${host} is taken`, { cause: error });
  }
  const address = app.server.address() as { port: number };
  return {
    port: address.port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    async close() {
      app.server.closeAllConnections();
      await app.close();
      await judges.idle();
      await reading.idle();
      await guard.close();
      judging.close();
    },
  };
}

function roleOf({ user, password }: DoorRequest, { readerPassword = '', writerToken }: DoorOptions): 'reader' | 'writer' | null {
  if (user === 'writer') return writerToken !== undefined && writerToken !== '' && equal(password, writerToken) ? 'writer' : null;
  return (user === 'default' || user === 'reader') && equal(password, readerPassword) ? 'reader' : null;
}

/** In a time that tells nothing of where they differ. */
function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function respond(reply: FastifyReply, { queryId }: DoorRequest, { bytes, format, rowsRead, bytesRead, rowsWritten }: Answer): FastifyReply {
  const summary = { read_rows: String(rowsRead), read_bytes: String(bytesRead), written_rows: String(rowsWritten), written_bytes: '0', total_rows_to_read: '0', result_rows: '0', result_bytes: String(bytes.byteLength), elapsed_ns: '0' };
  return head(reply)
    .header('X-ClickHouse-Query-Id', queryId ?? randomUUID())
    .header('X-ClickHouse-Format', format)
    .header('X-ClickHouse-Timezone', 'UTC')
    .header('X-ClickHouse-Summary', JSON.stringify(summary))
    .type(format.startsWith('JSON') ? 'application/json; charset=UTF-8' : /^(CSV|TabSeparated|TSV|Pretty|Vertical|Markdown)/.test(format) ? 'text/plain; charset=UTF-8' : 'application/octet-stream')
    .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

function head(reply: FastifyReply): FastifyReply {
  return reply.header('X-ClickHouse-Server-Display-Name', 'sightline');
}

function refuse(reply: FastifyReply, { code, name, message }: Refusal): FastifyReply {
  return head(reply).code(statusOf(code)).header('X-ClickHouse-Exception-Code', String(code)).type('text/plain; charset=UTF-8').send(`Code: ${code}. DB::Exception: ${message} (${name})\n`);
}

function fail(reply: FastifyReply, error: unknown): FastifyReply {
  const message = error instanceof Error ? error.message : String(error);
  const code = engineCode(error, message) ?? 1002;
  const text = message.startsWith('Code: ') ? message : `Code: ${code}. DB::Exception: ${message}`;
  return head(reply).code(statusOf(code)).header('X-ClickHouse-Exception-Code', String(code)).type('text/plain; charset=UTF-8').send(`${text.trimEnd()}\n`);
}

/** As ClickHouse's HTTPHandler maps them. */
function statusOf(code: number): number {
  if (code === 516 || code === 192 || code === 193 || code === 194) return 403;
  if (code === 60 || code === 81 || code === 47 || code === 46) return 404;
  if (code === 62 || code === 27 || code === 26 || code === 36 || code === 53 || code === 456 || code === 6) return 400;
  if (code === 164 || code === 497) return 403;
  return code === 159 ? 408 : code === 202 ? 503 : 500;
}
