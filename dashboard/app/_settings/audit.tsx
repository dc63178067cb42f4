'use client';

import { useQuery } from '@tanstack/react-query';
import { getJson } from '../_live/rest';
import { useText } from '../_text/text';
import { Card, Problem } from '../_ui/controls';
import { formatTime } from '../_ui/format';
import '../_text/en-settings';

interface Entry {
  readonly at: number;
  readonly who: string;
  readonly action: string;
  readonly detail: string;
  readonly address: string;
}
const dated = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;

export function AuditCard({ timezone }: { readonly timezone: string }) {
  const { t, language } = useText();
  const { data, error } = useQuery({ queryKey: ['audit'], queryFn: ({ signal }) => getJson<{ entries: readonly Entry[] }>('/api/v1/audit', signal) });
  return (
    <Card title={t('settings.audit')}>
      {error && <Problem error={error} />}
      {data?.entries.length === 0 && <p className="text-sm text-muted">{t('settings.auditNone')}</p>}
      <ol className="max-h-96 divide-y divide-edge overflow-y-auto" tabIndex={0} aria-label={t('settings.audit')}>
        {data?.entries.map((entry, i) => (
          <li key={i} className="flex flex-wrap items-baseline gap-x-3 py-2 text-sm">
            <time className="tabular text-xs text-muted">{formatTime(entry.at, timezone, language, dated)}</time>
            <span className="font-medium">{entry.action}</span>
            <span className="text-muted">{entry.who}</span>
            <span className="min-w-0 break-words text-muted">{entry.detail}</span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
