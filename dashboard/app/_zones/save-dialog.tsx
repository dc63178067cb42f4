'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { getJson, sendJson } from '../_live/rest';
import { useText } from '../_text/text';
import { Button, Problem } from '../_ui/controls';
import '../_text/en-zones';

interface Entries {
  readonly put?: readonly Record<string, unknown>[];
  readonly remove?: readonly string[];
}
export interface ZoneChange {
  readonly zones: Entries;
}
export interface CameraChange {
  readonly cameras: Entries;
}

/** An earlier version of the site file, to go back to. */
export interface GoingBack {
  readonly saved: string;
}

interface Proposal {
  readonly version: string;
  readonly diff: readonly { readonly kind: 'same' | 'added' | 'removed'; readonly text: string }[];
  readonly mistakes: readonly { readonly where: string; readonly message: string }[];
}

/** Shows what would be written into the site file, and writes it. */
export function SaveDialog({ change, close, saved }: { readonly change: ZoneChange | CameraChange | GoingBack; readonly close: () => void; readonly saved: () => void }) {
  const { t } = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const proposal = useQuery({ queryKey: ['proposal', JSON.stringify(change)], staleTime: 0, gcTime: 0, retry: false, queryFn: ({ signal }) => ('saved' in change ? getJson<Proposal>(`/api/v1/site/versions/${change.saved}`, signal) : sendJson<Proposal>('POST', '/api/v1/site/propose', change)) });
  const save = useMutation({ mutationFn: (version: string) => ('saved' in change ? sendJson('POST', '/api/v1/site/restore', { saved: change.saved, version }) : sendJson('POST', '/api/v1/site/save', { change, version })), onSuccess: saved });
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const bad = (proposal.data?.mistakes.length ?? 0) > 0;
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="save-heading" className="m-auto max-h-[90dvh] w-[min(94vw,46rem)] overflow-y-auto rounded-2xl border border-edge bg-surface p-5 text-text">
      <h2 id="save-heading" className="text-lg font-semibold">
        {t('zones.difference')}
      </h2>
      <p className="mb-3 text-sm text-muted">{t('zones.differenceDetail')}</p>
      {proposal.error && <Problem error={proposal.error} />}
      {proposal.data?.mistakes.map((mistake, i) => (
        <p key={i} role="alert" className="mb-2 rounded-lg bg-bad-soft px-3 py-2 text-sm text-bad">
          {mistake.where} {mistake.message}
        </p>
      ))}
      <div tabIndex={0} role="region" aria-label={t('zones.difference')} className="max-h-80 overflow-auto rounded-lg border border-edge bg-sunken p-3 font-mono text-xs leading-5">
        {proposal.data?.diff.length === 0 && t('zones.noDifference')}
        {proposal.data?.diff.map((line, i) => (
          <div key={i} className={`whitespace-pre ${line.kind === 'added' ? 'text-good' : line.kind === 'removed' ? 'text-bad' : 'text-muted'}`}>
            {line.kind === 'added' ? '+ ' : line.kind === 'removed' ? '− ' : '  '}
            {line.text}
          </div>
        ))}
      </div>
      {save.error && (
        <div className="mt-3">
          <Problem error={save.error} />
        </div>
      )}
      <div className="mt-4 flex justify-end gap-3">
        <Button onClick={() => dialog.current?.close()}>{t('zones.cancel')}</Button>
        <Button look="primary" disabled={!proposal.data || bad || save.isPending} onClick={() => save.mutate(proposal.data!.version)}>
          {t('zones.apply')}
        </Button>
      </div>
    </dialog>
  );
}
