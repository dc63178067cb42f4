'use client';

import type { LiveEvent } from '@sightline/schemas/live';
import { memo } from 'react';
import { useText } from '../_text/text';
import { formatTime } from '../_ui/format';
import { kindLooks } from '../_ui/zone-kinds';
import { eventText } from './event-text';

export const EventsList = memo(function EventsList({ events, timezone }: { readonly events: readonly LiveEvent[]; readonly timezone: string }) {
  const text = useText();
  if (events.length === 0) return <p className="py-3 text-sm text-muted">{text.t('live.noEvents')}</p>;
  return (
    <ol className="divide-y divide-edge">
      {events.map((event) => {
        const look = kindLooks[event.zoneKind];
        const Icon = look.icon;
        return (
          <li key={event.id} className="flex items-start gap-3 py-2.5 text-sm leading-5">
            <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${look.text}`} />
            <div className="min-w-0 flex-1">
              <p className="truncate">{eventText(event, text)}</p>
              <p className="truncate text-xs leading-4 text-muted">
                {event.zone} · {event.camera}
              </p>
            </div>
            <time className="tabular shrink-0 text-xs leading-5 text-muted" dateTime={new Date(event.at / 1000).toISOString()}>
              {formatTime(event.at / 1000, timezone, text.language)}
            </time>
          </li>
        );
      })}
    </ol>
  );
});
