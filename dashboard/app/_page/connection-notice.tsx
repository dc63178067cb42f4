'use client';

import { WifiOff } from 'lucide-react';
import { useAtom } from '../_live/atom';
import { useNow } from '../_live/clock';
import { connectionAtom } from '../_live/connection';
import { useText } from '../_text/text';
import { formatAge } from '../_ui/format';

export function ConnectionNotice() {
  const { t, language } = useText();
  const connection = useAtom(connectionAtom);
  const now = useNow();
  const lost = connection.state === 'lost';
  return (
    <div role="status" aria-live="polite">
      {lost && (
        <p className="flex items-center gap-3 bg-warn-soft px-4 py-3 pr-16 text-sm font-medium text-warn sm:px-6 lg:px-8">
          <WifiOff aria-hidden className="size-5 shrink-0" />
          {t('connection.lost', { age: formatAge(Math.max(0, (now - connection.since) / 1000), language) })}
        </p>
      )}
    </div>
  );
}
