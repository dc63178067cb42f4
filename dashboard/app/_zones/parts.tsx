'use client';

import { Plus, Trash2 } from 'lucide-react';
import { useText } from '../_text/text';
import { Button, Field, Select } from '../_ui/controls';
import { anotherPart, type Draft } from './draft';
import '../_text/en-zones';

/** The stalls or facings of a zone, one of them chosen: to name, to add to, to take away. */
export function Parts({ draft, part, choose, change, problem }: { readonly draft: Draft; readonly part: number; readonly choose: (part: number) => void; readonly change: (draft: Draft, gesture: string | null) => void; readonly problem: string | undefined }) {
  const { t } = useText();
  const shape = draft.shapes[part];
  if (!shape) return null;
  const another = (): void => {
    change(anotherPart(draft, part), null);
    choose(draft.shapes.length);
  };
  const remove = (): void => {
    change({ ...draft, shapes: draft.shapes.filter((_, i) => i !== part) }, null);
    choose(Math.max(0, part - 1));
  };
  return (
    <div className="grid gap-3 rounded-lg border border-edge p-3">
      <div className="grid grid-cols-2 gap-3">
        <Select label={t('zones.part')} value={String(part)} options={draft.shapes.map(({ name }, i) => ({ value: String(i), text: name ?? String(i + 1) }))} onChange={(value) => choose(Number(value))} />
        <Field label={t('zones.partName')} value={shape.name ?? ''} onChange={(name) => change({ ...draft, shapes: draft.shapes.map((old, i) => (i === part ? { ...old, name } : old)) }, `part-${part}`)} problem={problem} />
      </div>
      <div className="grid grid-cols-2 gap-3">
        <Button onClick={another} className="px-2">
          <Plus aria-hidden className="size-4 shrink-0" />
          {t('zones.anotherPart')}
        </Button>
        <Button look="danger" onClick={remove} disabled={draft.shapes.length < 2} className="px-2">
          <Trash2 aria-hidden className="size-4 shrink-0" />
          {t('zones.removePart')}
        </Button>
      </div>
    </div>
  );
}
