'use client';

import { classText } from '../_live/event-text';
import { useText } from '../_text/text';
import type { Draft } from './draft';
import '../_text/en-zones';

const usual = ['person', 'car', 'truck', 'bus', 'bicycle', 'motorcycle'] as const;

/** Which classes a zone counts; none chosen is what the engine takes by itself. Others that the file names stay to be taken away. */
export function Classes({ draft, change }: { readonly draft: Draft; readonly change: (draft: Draft, gesture: string | null) => void }) {
  const { t } = useText();
  if (draft.kind === 'shelf') return null;
  const all = [...usual, ...draft.classes.filter((cls) => !usual.some((known) => known === cls))];
  const toggle = (cls: string): void => change({ ...draft, classes: draft.classes.includes(cls) ? draft.classes.filter((chosen) => chosen !== cls) : [...draft.classes, cls] }, null);
  return (
    <fieldset>
      <legend className="text-xs font-medium text-muted">{t('zones.classes')}</legend>
      <div className="mt-1 flex flex-wrap gap-1.5">
        {all.map((cls) => {
          const chosen = draft.classes.includes(cls);
          return (
            <button key={cls} type="button" aria-pressed={chosen} onClick={() => toggle(cls)} className={`h-9 rounded-lg border px-2.5 text-sm ${chosen ? 'border-accent bg-accent-soft font-medium text-accent' : 'border-control hover:bg-sunken'}`}>
              {classText(cls, t)}
            </button>
          );
        })}
      </div>
      <p className="mt-1 text-xs text-muted">{t(draft.kind === 'stalls' ? 'zones.classesStalls' : 'zones.classesHint')}</p>
    </fieldset>
  );
}
