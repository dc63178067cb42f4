import type { AlertRecord, CameraStatus, SiteRecord } from '@sightline/schemas';
import type { StoredRecord } from '@sightline/runtime/log/log';
import { count, micros, millis, real, text, type CreateEncoder, type Rows } from './rows.js';

/** Topics of which every record counts: what was written is told from offsets alone. */
const each =
  <T>(rows: (value: T, record: StoredRecord) => Rows): CreateEncoder =>
  () => ({ add: (value, record) => rows(value as T, record), finish: () => ({}) });

export const statusEncoder = each(statusRows);
export const alertEncoder = each(alertRows);
export const siteEncoder = each(siteRows);

function statusRows(status: CameraStatus): Rows {
  const { size, lastFrameAt } = status;
  const row = [
    millis(status.at), text(status.camera, 'the camera'), text(status.state, 'the state'), millis(status.since), count(status.epoch), status.fpsWanted, status.fpsGot,
    lastFrameAt === null ? null : millis(lastFrameAt), size?.[0] ?? null, size?.[1] ?? null, count(status.frames), count(status.quiet), status.dropped, count(status.reconnects),
    status.quality, status.problem ?? '',
  ];
  return { camera_status: [JSON.stringify(row)] };
}

function alertRows(alert: AlertRecord): Rows {
  const row = [
    micros(alert.at), text(alert.rule, 'the rule'), text(alert.state, 'the state'), alert.severity, alert.camera, alert.subject, alert.measure, alert.condition, real(alert.value),
    micros(alert.since), text(alert.id, 'the id of an alert'),
  ];
  return { alerts: [JSON.stringify(row)] };
}

function siteRows(record: SiteRecord, { appendedAt }: StoredRecord): Rows {
  return { site_versions: [JSON.stringify([text(record.version, 'the version'), record.site.site.name, millis(appendedAt), withoutSecrets(JSON.stringify(record.site))])] };
}

/** Sources keep their ${NAME} placeholders; a password or secret that someone wrote out in full goes no further. */
function withoutSecrets(configuration: string): string {
  return configuration
    .replace(/:\/\/([^/@"\s]+)@/g, (whole, login: string) => (placeholder.test(login) ? whole : `://${login.split(':')[0]}:***@`))
    .replace(/"secret":"([^"]*)"/g, (whole, secret: string) => (placeholder.test(secret) ? whole : '"secret":"***"'));
}

/** `${NAME}`, alone or behind a user's name. */
const placeholder = /^([^:]*:)?\$\{\w+\}$/;
