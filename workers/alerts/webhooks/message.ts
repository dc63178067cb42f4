import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { AlertRecord } from '@sightline/schemas';

/**
 * One notice to one receiver: a CloudEvents 1.0 event in structured JSON form, signed as Standard Webhooks. Body and id are
 * the same on every attempt, so that a receiver can tell a repetition.
 *
 *     const { headers, body } = createMessage({ record, site: 'shop', secret: 'whsec_…', at: Date.now() });
 *
 * Sources: CloudEvents 1.0.2 (JSON format), Standard Webhooks 1.0.
 */
export interface Message {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface MessageOptions {
  readonly record: AlertRecord;
  readonly site: string;
  /** `whsec_` and base64; without it the message is not signed. */
  readonly secret?: string | undefined;
  /** ms: time of this attempt. Receivers refuse signatures older than five minutes, so each attempt has its own. */
  readonly at: number;
}

export function createMessage({ record, site, secret, at }: MessageOptions): Message {
  const id = messageId(record);
  const body = JSON.stringify(cloudEvent(record, site, id));
  const seconds = Math.floor(at / 1000);
  return {
    id,
    body,
    headers: {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'sightline',
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      ...(secret !== undefined && { 'webhook-signature': new Webhook(secret).sign(id, new Date(seconds * 1000), body) }),
    },
  };
}

/** Headers are ASCII and a signed id holds no full stop, but rules have names in any script: so the id is a digest. */
export function messageId({ id, state }: AlertRecord): string {
  return `msg_${createHash('sha256').update(`${id}\n${state}`).digest('hex').slice(0, 32)}`;
}

function cloudEvent(record: AlertRecord, site: string, id: string): object {
  const { rule, state, severity, camera, subject, measure, condition, value, since, at } = record;
  return {
    specversion: '1.0',
    id,
    source: `/sightline/${encodeURIComponent(site)}`,
    type: `sightline.alert.${state}`,
    subject: rule,
    time: isoTime(at),
    datacontenttype: 'application/json',
    data: { alert: record.id, group: `${site}/${camera}`, rule, state, severity, camera, subject, measure, condition, value, since: isoTime(since), at: isoTime(at) },
  };
}

/** RFC 3339 with the microseconds that event time has. */
function isoTime(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000);
  const rest = String(Math.round(microseconds - milliseconds * 1000)).padStart(3, '0');
  return new Date(milliseconds).toISOString().replace('Z', `${rest}Z`);
}
