'use client';

import type { LiveSite } from '@sightline/schemas/live';
import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useText } from '../_text/text';
import { CameraCard } from './camera-card';

const everything = { boxes: true, trails: true, zones: true } as const;

/** One camera over the whole screen. */
export function EnlargedCamera({ site, name, close }: { readonly site: LiveSite; readonly name: string; readonly close: () => void }) {
  const { t } = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} onClose={close} aria-label={name} className="m-auto w-[min(96vw,calc((100dvh-7rem)*1.7))] max-w-none rounded-xl bg-transparent p-0 text-text">
      <CameraCard site={site} name={name} options={everything} />
      <button type="button" onClick={() => dialog.current?.close()} className="absolute right-2 top-2 grid size-11 place-items-center rounded-lg bg-[#06090e]/70 text-white" title={t('live.close')}>
        <X aria-hidden className="size-5" />
        <span className="sr-only">{t('live.close')}</span>
      </button>
    </dialog>
  );
}
