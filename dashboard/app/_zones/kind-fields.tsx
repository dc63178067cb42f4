'use client';

import { useText, type MessageKey } from '../_text/text';
import type { LiveZoneKind } from '@sightline/schemas/live';
import { Field } from '../_ui/controls';
import type { Draft } from './draft';
import '../_text/en-zones';

/** What a kind of zone can be told besides its outline: a number, left empty for what the engine takes by itself. */
const numbers: Readonly<Record<LiveZoneKind, readonly { readonly key: string; readonly min: number }[]>> = {
  line: [],
  area: [{ key: 'capacity', min: 1 }, { key: 'loiterAfter', min: 1 }],
  queue: [{ key: 'servers', min: 1 }],
  stalls: [{ key: 'overstayAfter', min: 1 }],
  shelf: [],
};

export function KindFields({ draft, change }: { readonly draft: Draft; readonly change: (draft: Draft, gesture: string | null) => void }) {
  const { t } = useText();
  const fields = numbers[draft.kind];
  if (fields.length === 0) return null;
  const set = (key: string, text: string): void => {
    const rest = Object.fromEntries(Object.entries(draft.rest).filter(([other]) => other !== key));
    const value = Math.round(Number(text));
    change({ ...draft, rest: text === '' || !(value >= 1) ? rest : { ...rest, [key]: value } }, key);
  };
  return (
    <div className="grid grid-cols-2 gap-3">
      {fields.map(({ key, min }) => (
        <Field key={key} label={t(`zones.number.${key}` as MessageKey)} type="number" min={min} step={1} value={String(draft.rest[key] ?? '')} onChange={(text) => set(key, text)} />
      ))}
    </div>
  );
}
