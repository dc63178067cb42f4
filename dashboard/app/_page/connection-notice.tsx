'use client';

import { useQueryClient } from '@tanstack/react-query';
import { DatabaseZap, Unplug, WifiOff, type LucideIcon } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useAtom } from '../_live/atom';
import { useNow } from '../_live/clock';
import { connectionAtom } from '../_live/connection';
import { partsAtom } from '../_live/model';
import { useText, type MessageKey } from '../_text/text';
import { formatAge } from '../_ui/format';

interface Loss {
  readonly key: 'connection' | 'log' | 'store';
  readonly icon: LucideIcon;
  readonly text: MessageKey;
  /** ms by the gateway's clock. */
  readonly since: number;
}

/** Which part is away, since when, and what still works. Behind a lost connection the other parts are not known. */
export function ConnectionNotice() {
  const { t, language } = useText();
  const losses = useLosses();
  const now = useNow();
  useRefreshWhenBack(losses);
  return (
    <div role="status" aria-live="polite">
      {losses.map(({ key, icon: Icon, text, since }) => (
        <p key={key} data-lost={key} className="flex items-center gap-3 bg-warn-soft px-4 py-3 text-sm font-medium text-warn sm:px-6 lg:px-8">
          <Icon aria-hidden className="size-5 shrink-0" />
          {t(text, { age: formatAge(Math.max(0, (now - since) / 1000), language) })}
        </p>
      ))}
    </div>
  );
}

function useLosses(): Loss[] {
  const connection = useAtom(connectionAtom);
  const parts = useAtom(partsAtom);
  if (connection.state === 'lost') return [{ key: 'connection', icon: WifiOff, text: 'connection.lost', since: connection.since }];
  const losses: Loss[] = [];
  if (parts?.log.state === 'lost') losses.push({ key: 'log', icon: Unplug, text: 'connection.logLost', since: parts.log.since });
  if (parts?.store.state === 'lost') losses.push({ key: 'store', icon: DatabaseZap, text: 'connection.storeLost', since: parts.store.since });
  return losses;
}

/** What could not be asked while a part was away, or is older than that, is asked again. */
function useRefreshWhenBack(losses: readonly Loss[]): void {
  const client = useQueryClient();
  const before = useRef(0);
  useEffect(() => {
    if (losses.length < before.current) void client.invalidateQueries();
    before.current = losses.length;
  }, [client, losses.length]);
}
