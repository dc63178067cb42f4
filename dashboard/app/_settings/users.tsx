'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Pencil, Trash2 } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { getJson, sendJson } from '../_live/rest';
import { useText } from '../_text/text';
import { Button, Card, Field, Problem, Select } from '../_ui/controls';
import '../_text/en-settings';

export const roleNames = ['viewer', 'operator', 'admin'] as const;
export interface AccessAnswer {
  readonly users: readonly { readonly name: string; readonly role: (typeof roleNames)[number]; readonly cameras?: readonly string[] }[];
  readonly tokens: readonly { readonly id: string; readonly name: string; readonly role: (typeof roleNames)[number]; readonly cameras?: readonly string[]; readonly expires: number }[];
}

export function useAccess() {
  return useQuery({ queryKey: ['users'], queryFn: ({ signal }) => getJson<AccessAnswer>('/api/v1/users', signal) });
}

export function camerasOf(text: string): readonly string[] | undefined {
  const names = text.split(',').map((name) => name.trim()).filter((name) => name !== '');
  return names.length === 0 ? undefined : names;
}

export function UsersCard({ closed }: { readonly closed: boolean }) {
  const { t } = useText();
  const client = useQueryClient();
  const access = useAccess();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<string>('viewer');
  const [cameras, setCameras] = useState('');
  const refresh = (): Promise<void> => client.invalidateQueries();
  const save = useMutation({
    mutationFn: () => sendJson('PUT', '/api/v1/users', { name, ...(password !== '' && { password }), role: closed ? role : 'admin', cameras: camerasOf(cameras) }),
    onSuccess: async () => {
      setName('');
      setPassword('');
      setCameras('');
      if (closed) await refresh();
      else location.assign('/login/?next=/settings/');
    },
  });
  const remove = useMutation({ mutationFn: (user: string) => sendJson('DELETE', `/api/v1/users/${encodeURIComponent(user)}`), onSuccess: refresh });
  const known = access.data?.users.some((user) => user.name === name) ?? false;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Card title={t('settings.users')}>
      {!closed && <p className="mb-3 text-sm text-muted">{t('settings.usersOpen')}</p>}
      <ul className="mb-4 divide-y divide-edge">
        {access.data?.users.map((user) => (
          <li key={user.name} className="flex flex-wrap items-center gap-x-4 py-1.5 text-sm">
            <span className="font-medium">{user.name}</span>
            <span className="text-muted">{t(`role.${user.role}`)}</span>
            {user.cameras && <span className="text-muted">{user.cameras.join(', ')}</span>}
            <button
              type="button"
              onClick={() => {
                setName(user.name);
                setRole(user.role);
                setCameras(user.cameras?.join(', ') ?? '');
              }}
              title={t('settings.change', { name: user.name })}
              className="ml-auto grid size-11 place-items-center rounded-lg text-muted hover:text-accent"
            >
              <Pencil aria-hidden className="size-4" />
              <span className="sr-only">{t('settings.change', { name: user.name })}</span>
            </button>
            <button type="button" onClick={() => remove.mutate(user.name)} title={t('settings.remove', { name: user.name })} className="grid size-11 place-items-center rounded-lg text-muted hover:text-bad">
              <Trash2 aria-hidden className="size-4" />
              <span className="sr-only">{t('settings.remove', { name: user.name })}</span>
            </button>
          </li>
        ))}
      </ul>
      {(save.error ?? remove.error) && <Problem error={(save.error ?? remove.error)!} />}
      <form onSubmit={submit} className="grid items-start gap-3 sm:grid-cols-2">
        <Field label={t('access.name')} value={name} onChange={setName} autoComplete="off" required />
        <Field label={t('access.password')} type="password" value={password} onChange={setPassword} autoComplete="new-password" minLength={10} required={!known} hint={known ? t('settings.passwordKept') : t('access.passwordHint')} />
        {closed && <Select label={t('settings.role')} value={role} options={roleNames.map((value) => ({ value, text: t(`role.${value}`) }))} onChange={setRole} />}
        {closed && <Field label={t('settings.onlyCameras')} value={cameras} onChange={setCameras} hint={t('settings.onlyCamerasHint')} />}
        <Button type="submit" look="primary" disabled={save.isPending} className="justify-self-start">
          {closed ? t('settings.saveUser') : t('settings.createOwner')}
        </Button>
      </form>
    </Card>
  );
}
