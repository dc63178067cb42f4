'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Languages, LogOut, SunMoon } from 'lucide-react';
import { useSession } from '../_access/session';
import { useAtom } from '../_live/atom';
import { siteAtom } from '../_live/model';
import { sendJson } from '../_live/rest';
import { useStoredTheme } from './theme';
import { setLanguage, useText, type Language } from '../_text/text';
import { Button, Card, PageTitle, Select } from '../_ui/controls';
import { formatNumber } from '../_ui/format';
import { AuditCard } from './audit';
import { TokensCard } from './tokens';
import { UsersCard } from './users';
import { VersionsCard } from './versions';
import '../_text/en-settings';

export function SettingsPage() {
  const { t, language } = useText();
  const site = useAtom(siteAtom);
  const session = useSession();
  const client = useQueryClient();
  const [theme, setTheme] = useStoredTheme();
  const signOut = useMutation({
    mutationFn: () => sendJson<{ readonly next?: string }>('DELETE', '/api/v1/session'),
    onSuccess: ({ next }) => {
      client.clear();
      // A provider ends its own session too, so that the next person does not go on as this one.
      location.assign(next ?? '/login/');
    },
  });
  const admin = session?.role === 'admin';
  return (
    <>
      <PageTitle>{t('nav.settings')}</PageTitle>
      <div className="grid items-start gap-5 xl:grid-cols-2">
        <Card title={t('settings.you')} aside={session?.kind === 'user' && <Button onClick={() => signOut.mutate()}><LogOut aria-hidden className="size-4" />{t('access.signOut')}</Button>}>
          <p className="mb-4 text-sm text-muted">{session?.kind === 'user' ? t('settings.signedInAs', { name: session.name ?? '', role: t(`role.${session.role ?? 'viewer'}`) }) : t('settings.openSite')}</p>
          <div className="grid gap-3 sm:grid-cols-2">
            <div className="flex items-end gap-2">
              <SunMoon aria-hidden className="mb-3 size-5 shrink-0 text-muted" />
              <Select className="flex-1" label={t('settings.theme')} value={theme} options={(['system', 'light', 'dark'] as const).map((value) => ({ value, text: t(`theme.${value}`) }))} onChange={(value) => setTheme(value as 'system' | 'light' | 'dark')} />
            </div>
            <div className="flex items-end gap-2">
              <Languages aria-hidden className="mb-3 size-5 shrink-0 text-muted" />
              <Select className="flex-1" label={t('settings.language')} value={language} options={[{ value: 'en', text: 'English' }, { value: 'zh', text: '中文' }]} onChange={(value) => void setLanguage(value as Language)} />
            </div>
          </div>
        </Card>
        <Card title={t('settings.site')}>
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5 text-sm">
            <dt className="text-muted">{t('settings.siteName')}</dt>
            <dd>{site?.name}</dd>
            <dt className="text-muted">{t('settings.timezone')}</dt>
            <dd>{site?.timezone}</dd>
            <dt className="text-muted">{t('settings.version')}</dt>
            <dd className="tabular">{site?.version}</dd>
            <dt className="text-muted">{t('settings.retention')}</dt>
            <dd>{site && t('settings.retentionDetail', { days: formatNumber(site.evidence.days, language), megabytes: formatNumber(site.evidence.megabytes, language) })}</dd>
          </dl>
        </Card>
        {admin && <UsersCard closed={session.closed} />}
        {admin && <TokensCard />}
        {admin && <VersionsCard />}
        {admin && <AuditCard timezone={site?.timezone ?? 'UTC'} />}
      </div>
    </>
  );
}
