import type { LiveEvent } from '@sightline/schemas/live';
import type { MessageKey, Text } from '../_text/text';
import { formatNumber, formatWait } from '../_ui/format';

/** What an event says, in words. */
export function eventText(event: LiveEvent, { t, language }: Text): string {
  const key = event.kind === 'crossed' && event.direction ? `event.crossed.${event.direction}` : `event.${event.kind}`;
  const sentence = t(key as MessageKey, {
    cls: classText(event.cls, t),
    seconds: formatWait(event.seconds),
    part: event.part ?? '',
    value: formatNumber(event.value, language),
  });
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

export function classText(cls: string | undefined, t: Text['t']): string {
  return t(`class.${cls ?? 'unknown'}` as MessageKey);
}
