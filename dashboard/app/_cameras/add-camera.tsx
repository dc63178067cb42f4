'use client';

import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { problemText } from '../_live/problem-text';
import { getJson, sendJson } from '../_live/rest';
import { useText } from '../_text/text';
import { Button, Card, Field, Problem, ProblemWords } from '../_ui/controls';
import '../_text/en-cameras';

type Trial = { readonly ok: true; readonly width: number; readonly height: number; readonly fps: number | null; readonly codec: string; readonly picture: string } | { readonly ok: false; readonly code: string; readonly message: string; readonly remedy: string };

/** Paste an address: it is tried from the server, then saved into the site file. */
export function AddCamera({ close }: { readonly close: () => void }) {
  const { t } = useText();
  const [source, setSource] = useState('');
  const [name, setName] = useState('');
  const trial = useMutation({ mutationFn: () => sendJson<Trial>('POST', '/api/v1/cameras/try', { source }) });
  const save = useMutation({
    mutationFn: async () => {
      const { fileVersion } = await getJson<{ fileVersion: string }>('/api/v1/site/zones');
      return sendJson('POST', '/api/v1/site/save', { change: { cameras: { put: [{ name, source }] } }, version: fileVersion });
    },
    onSuccess: close,
  });
  const found = trial.data;
  const tryIt = (event: FormEvent): void => {
    event.preventDefault();
    trial.mutate();
  };
  return (
    <Card title={t('live.addCamera')} className="mb-5" aside={<Button onClick={close}>{t('live.close')}</Button>}>
      <form onSubmit={tryIt} className="grid items-start gap-3 sm:grid-cols-[minmax(0,1fr)_14rem_auto]">
        <Field label={t('cameras.address')} value={source} onChange={setSource} placeholder="rtsp://camera.local/stream" hint={t('cameras.addressHint')} required spellCheck={false} autoComplete="off" />
        <Field label={t('cameras.name')} value={name} onChange={setName} placeholder="till-3" pattern="[\p{L}\p{N}][\p{L}\p{N}\p{M}._\-]*" maxLength={64} required />
        <Button type="submit" look="primary" disabled={trial.isPending || source === ''} className="sm:mt-5">
          {trial.isPending ? t('cameras.trying') : t('cameras.try')}
        </Button>
      </form>
      <div role="status" aria-live="polite" className="mt-4 grid gap-3">
        {trial.error && <Problem error={trial.error} />}
        {found && !found.ok && (
          <p className="rounded-lg bg-bad-soft px-4 py-3 text-sm text-bad">
            <ProblemWords code={found.code} message={`${problemText(found.message)} — ${found.remedy}`} />
          </p>
        )}
        {found?.ok && (
          <>
            <img src={found.picture} alt={t('live.pictureOf', { camera: name })} className="w-full max-w-xl rounded-lg" />
            <p className="text-sm text-muted">
              {found.width} × {found.height} · {found.codec} {found.fps !== null && `· ${t('live.fps', { n: found.fps })}`}
            </p>
            <Button look="primary" onClick={() => save.mutate()} disabled={name === '' || save.isPending} className="justify-self-start">
              {t('cameras.save')}
            </Button>
            {save.error && <Problem error={save.error} />}
          </>
        )}
      </div>
    </Card>
  );
}
