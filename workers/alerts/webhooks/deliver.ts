import type { Webhook } from '@sightline/schemas';
import type { Clock } from '@sightline/runtime/clock';
import { explain, SightlineError } from '@sightline/runtime/errors';
import type { BatchContext, Log, Producer, StoredRecord } from '@sightline/runtime/log/log';
import type { Logger } from '@sightline/runtime/logging';
import { expandSecrets, redact } from '@sightline/runtime/secrets';
import type { SiteFeed } from '@sightline/runtime/site-feed';
import { decodeAlert, type WrittenAlert } from '../record.js';
import type { Resolve } from './address.js';
import { retryDelay } from './backoff.js';
import { createFloodLimit, type FloodLimit } from './flood.js';
import { createMessage } from './message.js';
import { post } from './post.js';

/**
 * Tells one webhook of alerts, in their order, each until the receiver has it. The log is its queue: it reads the topic
 * `alerts` in a group of its own and commits what the receiver has taken, so a dead receiver delays nobody else, a restart
 * sends nothing twice but the notice under way (with the same webhook-id), and nothing piles up in memory.
 */
export interface DeliveryOptions {
  readonly log: Log;
  /** Name of the webhook in the site file. */
  readonly name: string;
  readonly siteFeed: Pick<SiteFeed, 'current' | 'subscribe'>;
  readonly clock: Clock;
  readonly resolve: Resolve;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  readonly failed: (error: unknown) => void;
}

export interface Delivery {
  close(): Promise<void>;
}

/** After a day without an answer a notice is of no use; it goes to dead-letter. */
const giveUpAfterMs = 24 * 3600 * 1000;
/** A receiver that refuses a notice (4xx) is asked a few times, in case it is being set up, and then gets the next one. */
const refusedAttempts = 5;
const heartbeatMs = 3000;

/** When the program ends, an attempt under way may still come to its end: that saves the receiver a repetition. */
const graceMs = 2000;

export async function startDelivery(options: DeliveryOptions): Promise<Delivery> {
  const { log, name, clock, failed } = options;
  const ending = new AbortController();
  let producer: Producer | null = null;
  let flood: FloodLimit | null = null;
  let handling: Promise<void> = Promise.resolve();

  const handle = async (batch: readonly StoredRecord[], context: BatchContext): Promise<void> => {
    flood ??= await replayFlood(options, batch[0]!);
    const patience = AbortSignal.any([context.signal, ending.signal]);
    for (const record of batch) {
      if (patience.aborted) return;
      const alert = decodeAlert(record);
      if (!alert?.to.includes(name)) continue;
      const outcome = flood.lets(alert, record.appendedAt, limitOf(options)) ? await deliver(alert, record, options, context, patience) : { reason: 'more than maxPerHour' };
      if (outcome === 'interrupted') return;
      if (outcome !== 'delivered') {
        producer ??= await log.producer();
        await deadLetter(producer, record, name, outcome.reason);
      }
      await context.commit(record.offset + 1);
    }
    await context.commit(batch.at(-1)!.offset + 1);
  };
  const subscription = await log.subscribe({
    group: `webhook-${name}`,
    topics: ['alerts'],
    assigned: async () => 'committed',
    records: (batch, context) => (handling = handle(batch, context)),
    failed,
  });
  return {
    async close() {
      ending.abort();
      await Promise.race([handling.catch(() => undefined), clock.sleep(graceMs)]);
      await subscription.close();
      await producer?.close();
    },
  };
}

function limitOf({ siteFeed, name }: DeliveryOptions): number {
  return siteFeed.current().site.webhooks.find((webhook) => webhook.name === name)?.maxPerHour ?? Infinity;
}

/** What came before the first record of this run still counts. */
async function replayFlood(options: DeliveryOptions, first: StoredRecord): Promise<FloodLimit> {
  const flood = createFloodLimit();
  const at = { topic: first.topic, partition: first.partition };
  const { begin } = await options.log.offsets(at);
  for await (const record of options.log.read(at, begin, first.offset)) {
    const alert = decodeAlert(record);
    if (alert?.to.includes(options.name)) flood.lets(alert, record.appendedAt, limitOf(options));
  }
  return flood;
}

type Ending = 'delivered' | 'interrupted' | { readonly reason: string };

async function deliver(alert: WrittenAlert, record: StoredRecord, options: DeliveryOptions, context: BatchContext, patience: AbortSignal): Promise<Ending> {
  const { clock, logger, name, siteFeed } = options;
  for (let attempt = 1; ; attempt++) {
    const { site } = siteFeed.current();
    const webhook = site.webhooks.find((candidate) => candidate.name === name);
    if (!webhook) return { reason: 'the site has no such webhook any more' };
    const outcome = await tryOnce(alert, webhook, site.site.name, options, context.signal);
    if (outcome.taken) return 'delivered';
    if (patience.aborted) return 'interrupted';
    const { reason, refused, final, retryAfter } = outcome;
    const tooOld = clock.now() - record.appendedAt > giveUpAfterMs;
    if (final || tooOld || (refused && attempt >= refusedAttempts)) {
      logger.error({ webhook: name, rule: alert.record.rule, state: alert.record.state }, `notice given up after ${attempt} attempts: ${reason}; see docs/alerts.md`);
      return { reason };
    }
    const wait = retryDelay(attempt, clock.random(), retryAfter) * 1000;
    logger.warn({ webhook: name, rule: alert.record.rule, attempt, seconds: Math.round(wait / 1000) }, `notice not taken, trying again: ${reason}`);
    await waitFor(wait, clock, context, patience);
    if (patience.aborted) return 'interrupted';
  }
}

type Outcome = { readonly taken: true } | { readonly taken: false; readonly reason: string; readonly refused: boolean; readonly final: boolean; readonly retryAfter: number | null };

async function tryOnce({ record }: WrittenAlert, webhook: Webhook, site: string, { clock, environment, resolve }: DeliveryOptions, signal: AbortSignal): Promise<Outcome> {
  let url = webhook.url;
  try {
    url = expandSecrets(webhook.url, environment);
    const secret = webhook.secret === undefined ? undefined : expandSecrets(webhook.secret, environment);
    const message = createMessage({ record, site, secret, at: clock.now() });
    const { status, retryAfter } = await post(message, { url, allowPrivate: webhook.allowPrivate, resolve, signal });
    if (status >= 200 && status < 300) return { taken: true };
    const redirect = status >= 300 && status < 400 ? ' (redirects are not followed)' : '';
    return { taken: false, reason: `the receiver answered ${status}${redirect}`, refused: isRefusal(status), final: status === gone, retryAfter };
  } catch (error) {
    const final = error instanceof SightlineError && (error.code === 'WEBHOOK_PRIVATE' || error.code === 'WEBHOOK_URL');
    return { taken: false, reason: redact(explain(error), url), refused: false, final, retryAfter: null };
  }
}

/** 410: the receiver is gone for good, says Standard Webhooks. */
const gone = 410;

/** 408, 425 and 429 ask to come back later; other 4xx say that the message itself is not wanted. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && ![408, 425, 429].includes(status);
}

/** Long waits, in steps, so that the group does not give the partition away. */
async function waitFor(ms: number, clock: Clock, context: BatchContext, patience: AbortSignal): Promise<void> {
  for (let left = ms; left > 0 && !patience.aborted; left -= heartbeatMs) {
    await clock.sleep(Math.min(left, heartbeatMs), patience);
    if (!patience.aborted) await context.heartbeat();
  }
}

async function deadLetter(producer: Producer, record: StoredRecord, webhook: string, reason: string): Promise<void> {
  const headers = { reason: `webhook ${webhook}: ${reason}`, topic: record.topic, partition: String(record.partition), offset: String(record.offset) };
  await producer.send('dead-letter', [{ key: record.topic, value: record.value, headers }]);
}
