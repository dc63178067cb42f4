'use client';

import { useMutation } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import { useEffect, useState, type FormEvent } from 'react';
import { GatewayError, sendJson } from '../_live/rest';
import { useText, type MessageKey } from '../_text/text';
import { Button, Field, ProblemWords } from '../_ui/controls';
import { useSession } from './session';
import '../_text/en-access';

/** Only a path of this very site: never another one that a link names. */
function nextPath(): string {
  const next = typeof location === 'undefined' ? '/' : (new URLSearchParams(location.search).get('next') ?? '/');
  return /^\/(?![/\\])/.test(next) ? next : '/';
}

/** Signing in, and with the one-time link of the terminal the owner's sign-up. */
export function SignIn({ setup }: { readonly setup: boolean }) {
  const { t } = useText();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const session = useSession();
  const [problem, setProblem] = useState<MessageKey | null>(null);
  useEffect(() => {
    const code = new URLSearchParams(location.search).get('problem');
    if (code !== null) setProblem(code === 'ACCESS_DENIED' ? 'access.noRole' : 'access.notTaken');
  }, []);
  const enter = useMutation({
    mutationFn: () => (setup ? sendJson('POST', '/api/v1/owner', { key: location.hash.slice(1), name, password }) : sendJson('POST', '/api/v1/session', { name, password })),
    onSuccess: () => location.assign(nextPath()),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <div className="grid min-h-[70dvh] place-items-center">
      <form onSubmit={submit} className="grid w-full max-w-sm gap-4 rounded-2xl border border-edge bg-surface p-6 shadow-card">
        <Activity aria-hidden className="size-8 text-accent" />
        <h1 className="text-xl font-semibold tracking-tight">{setup ? t('access.setup') : t('access.signIn')}</h1>
        {setup && <p className="text-sm text-muted">{t('access.setupDetail')}</p>}
        <Field label={t('access.name')} value={name} onChange={setName} autoComplete="username" required autoFocus />
        <Field label={t('access.password')} type="password" value={password} onChange={setPassword} autoComplete={setup ? 'new-password' : 'current-password'} minLength={setup ? 10 : 1} hint={setup ? t('access.passwordHint') : undefined} required />
        {problem && !enter.error && (
          <p role="alert" className="text-sm font-medium text-bad">
            {t(problem)}
          </p>
        )}
        {enter.error && (
          <p role="alert" className="text-sm font-medium text-bad">
            <ProblemWords code={enter.error instanceof GatewayError ? enter.error.code : ''} message={enter.error.message} />
          </p>
        )}
        <Button type="submit" look="primary" disabled={enter.isPending}>
          {setup ? t('access.create') : t('access.signIn')}
        </Button>
        {!setup && session?.provider !== undefined && (
          <a href={`/api/v1/oidc/login?next=${encodeURIComponent(nextPath())}`} className="inline-flex min-h-11 items-center justify-center rounded-lg border border-control px-4 text-sm font-medium hover:bg-sunken">
            {t('access.signInBy', { provider: session.provider })}
          </a>
        )}
      </form>
    </div>
  );
}
