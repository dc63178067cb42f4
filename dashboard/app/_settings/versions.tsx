'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useAtom } from '../_live/atom';
import { siteAtom } from '../_live/model';
import { getJson } from '../_live/rest';
import { useText } from '../_text/text';
import { Button, Card } from '../_ui/controls';
import { formatTime } from '../_ui/format';
import { SaveDialog } from '../_zones/save-dialog';
import '../_text/en-settings';

/** Earlier states of the site file, and going back to one. */
export function VersionsCard() {
  const { t, language } = useText();
  const site = useAtom(siteAtom);
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: ['versions', site?.version], retry: false, queryFn: ({ signal }) => getJson<{ versions: readonly { version: string; replacedAt: number }[] }>('/api/v1/site/versions', signal) });
  const [chosen, setChosen] = useState<string | null>(null);
  if (!data) return null;
  return (
    <Card title={t('settings.versions')}>
      {data.versions.length === 0 && <p className="text-sm text-muted">{t('settings.versionsNone')}</p>}
      <ol className="max-h-96 divide-y divide-edge overflow-y-auto">
        {data.versions.slice(0, 30).map(({ version, replacedAt }) => (
          <li key={`${version}/${replacedAt}`} className="flex flex-wrap items-center gap-x-4 py-1.5 text-sm">
            <code>{version}</code>
            <span className="text-muted">{t('settings.replaced', { at: formatTime(replacedAt, site?.timezone ?? 'UTC', language, { dateStyle: 'medium', timeStyle: 'short' }) })}</span>
            <Button className="ml-auto" onClick={() => setChosen(version)}>
              {t('settings.goBack')}
            </Button>
          </li>
        ))}
      </ol>
      {chosen !== null && (
        <SaveDialog
          change={{ saved: chosen }}
          close={() => setChosen(null)}
          saved={() => {
            setChosen(null);
            void client.invalidateQueries();
          }}
        />
      )}
    </Card>
  );
}
