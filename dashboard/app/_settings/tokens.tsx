'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { sendJson } from '../_live/rest';
import { useText } from '../_text/text';
import { Button, Card, Field, Problem, Select } from '../_ui/controls';
import { formatTime } from '../_ui/format';
import { camerasOf, roleNames, useAccess } from './users';
import '../_text/en-settings';

export function TokensCard() {
  const { t, language } = useText();
  const client = useQueryClient();
  const access = useAccess();
  const [name, setName] = useState('');
  const [role, setRole] = useState<string>('viewer');
  const [days, setDays] = useState('90');
  const [cameras, setCameras] = useState('');
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: ['users'] });
  const create = useMutation({ mutationFn: () => sendJson<{ secret: string }>('POST', '/api/v1/tokens', { name, role, days: Number(days), cameras: camerasOf(cameras) }), onSuccess: refresh });
  const remove = useMutation({ mutationFn: (id: string) => sendJson('DELETE', `/api/v1/tokens/${id}`), onSuccess: refresh });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Card title={t('settings.tokens')}>
      <p className="mb-3 text-sm text-muted">{t('settings.tokensDetail')}</p>
      <ul className="mb-4 divide-y divide-edge">
        {access.data?.tokens.map((token) => (
          <li key={token.id} className="flex flex-wrap items-center gap-x-4 py-1.5 text-sm">
            <span className="font-medium">{token.name}</span>
            <span className="text-muted">{t(`role.${token.role}`)}</span>
            <span className="tabular text-muted">{t('settings.until', { date: formatTime(token.expires, 'UTC', language, { dateStyle: 'medium' }) })}</span>
            <button type="button" onClick={() => remove.mutate(token.id)} title={t('settings.remove', { name: token.name })} className="ml-auto grid size-11 place-items-center rounded-lg text-muted hover:text-bad">
              <Trash2 aria-hidden className="size-4" />
              <span className="sr-only">{t('settings.remove', { name: token.name })}</span>
            </button>
          </li>
        ))}
      </ul>
      {create.data && (
        <p role="status" className="mb-4 rounded-lg bg-accent-soft px-4 py-3 text-sm">
          {t('settings.tokenOnce')} <code className="block break-all font-semibold">{create.data.secret}</code>
        </p>
      )}
      {create.error && <Problem error={create.error} />}
      <form onSubmit={submit} className="grid items-start gap-3 sm:grid-cols-2">
        <Field label={t('settings.tokenName')} value={name} onChange={setName} required />
        <Select label={t('settings.role')} value={role} options={roleNames.map((value) => ({ value, text: t(`role.${value}`) }))} onChange={setRole} />
        <Field label={t('settings.days')} type="number" min={1} max={3650} value={days} onChange={setDays} required />
        <Field label={t('settings.onlyCameras')} value={cameras} onChange={setCameras} hint={t('settings.onlyCamerasHint')} />
        <Button type="submit" look="primary" disabled={create.isPending} className="justify-self-start">
          {t('settings.createToken')}
        </Button>
      </form>
    </Card>
  );
}
