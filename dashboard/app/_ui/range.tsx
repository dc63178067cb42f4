'use client';

import { gatewayNow } from '../_live/clock';
import type { MessageKey } from '../_text/text';
import { useText } from '../_text/text';
import { Field, Select } from './controls';
import { addDays, fromInput, startOfDay, toInput } from './site-time';
import type { Params } from './url-state';

/** A span of time as the address names it: a preset that moves with now, or two fixed times. */
export const presets = ['hour', 'today', 'yesterday', 'week', 'month', 'custom'] as const;
export type Preset = (typeof presets)[number];

export interface Span {
  /** ms since the Unix epoch, [from, to). */
  readonly from: number;
  readonly to: number;
}

export function presetOf(params: Params, first: Preset): Preset {
  return presets.find((preset) => preset === params['range']) ?? (params['from'] ? 'custom' : first);
}

export function spanOf(params: Params, timeZone: string, first: Preset): Span {
  const now = Math.ceil(gatewayNow() / 60_000) * 60_000;
  switch (presetOf(params, first)) {
    case 'hour':
      return { from: now - 3_600_000, to: now };
    case 'today':
      return { from: startOfDay(now, timeZone), to: now };
    case 'yesterday':
      return { from: addDays(startOfDay(now, timeZone), -1, timeZone), to: startOfDay(now, timeZone) };
    case 'week':
      return { from: addDays(startOfDay(now, timeZone), -7, timeZone), to: now };
    case 'month':
      return { from: addDays(startOfDay(now, timeZone), -30, timeZone), to: now };
    case 'custom': {
      const from = Date.parse(params['from'] ?? '');
      const to = Date.parse(params['to'] ?? '');
      return Number.isFinite(from) && Number.isFinite(to) && to > from ? { from, to } : { from: now - 3_600_000, to: now };
    }
  }
}

export interface RangeProps {
  readonly params: Params;
  readonly first: Preset;
  readonly timeZone: string;
  readonly change: (changed: Readonly<Record<string, string | null>>) => void;
}

export function RangeFields({ params, first, timeZone, change }: RangeProps) {
  const { t } = useText();
  const preset = presetOf(params, first);
  const span = spanOf(params, timeZone, first);
  const setTime = (key: 'from' | 'to', text: string): void => {
    const at = fromInput(text, timeZone);
    if (at !== null) change({ range: 'custom', from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString(), [key]: new Date(at).toISOString() });
  };
  return (
    <>
      <Select
        label={t('range.label')}
        value={preset}
        options={presets.map((value) => ({ value, text: t(`range.${value}` as MessageKey) }))}
        onChange={(value) => change(value === 'custom' ? { range: 'custom', from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString() } : { range: value, from: null, to: null })}
      />
      {preset === 'custom' && (
        <>
          <Field label={t('range.from')} type="datetime-local" value={toInput(span.from, timeZone)} onChange={(text) => setTime('from', text)} />
          <Field label={t('range.to')} type="datetime-local" value={toInput(span.to, timeZone)} onChange={(text) => setTime('to', text)} />
        </>
      )}
    </>
  );
}
