import { createAtom, useAtom } from '../_live/atom';
import { en } from './en';
import type { enAccess } from './en-access';
import type { enAlerts } from './en-alerts';
import type { enCameras } from './en-cameras';
import type { enEvents } from './en-events';
import type { enHistory } from './en-history';
import type { enModels } from './en-models';
import type { enSettings } from './en-settings';
import type { enZones } from './en-zones';

/**
 * A typed message catalogue: a missing or misspelt text does not compile, in any language. (Lingui 6 needs Node 22, and
 * its compiler brings more than these two functions.)
 *
 *     const { t, n } = useText();
 *     t('age.ago', { age: '12 s' });
 */
export type MessageKey = keyof (typeof en & typeof enAccess & typeof enAlerts & typeof enCameras & typeof enEvents & typeof enHistory & typeof enModels & typeof enSettings & typeof enZones);
export type Messages = Readonly<Record<MessageKey, string>>;
export type Language = 'en' | 'zh';
type Values = Readonly<Record<string, string | number>>;
type PluralKey = MessageKey extends infer K ? (K extends `${infer Stem}_other` ? Stem : never) : never;

export interface Text {
  readonly language: Language;
  t(key: MessageKey, values?: Values): string;
  /** The form for `count`, which is also filled in as `{n}`. */
  plural(key: PluralKey, count: number): string;
  /** What an error's code means, where the language has words of its own; what the gateway says is English. */
  problem(code: string): string | null;
}

interface Spoken {
  readonly language: Language;
  readonly messages: Messages;
  readonly problems: Readonly<Record<string, string>>;
}

const languageKey = 'sightline.language';
/** English as far as it is loaded; a page brings its own texts. */
const english = { ...en } as Record<MessageKey, string>;
const language = createAtom<Spoken>({ language: 'en', messages: english, problems: {} });

export function addTexts(texts: Partial<Messages>): void {
  Object.assign(english, texts);
}

export async function setLanguage(next: Language): Promise<void> {
  const chinese = next === 'zh' ? await import('./zh') : null;
  language.set({ language: next, messages: chinese?.zh ?? english, problems: chinese?.zhProblems ?? {} });
  document.documentElement.lang = next === 'zh' ? 'zh-Hans' : 'en';
  try {
    localStorage.setItem(languageKey, next);
  } catch {
    // A browser that keeps nothing still shows the language of this visit.
  }
}

/** The stored choice, else the browser's first language that there is. */
export async function restoreLanguage(): Promise<void> {
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem(languageKey);
  } catch {
    chosen = null;
  }
  const wanted = chosen ?? navigator.languages.find((name) => /^(en|zh)\b/.test(name)) ?? 'en';
  if (wanted.startsWith('zh')) await setLanguage('zh');
}

export function useText(): Text {
  return textOf(useAtom(language));
}

/** English, in which everything is prerendered. */
export function prerenderedText(): Text {
  return textOf({ language: 'en', messages: english, problems: {} });
}

const texts = new Map<Messages, Text>();

function textOf({ language: name, messages, problems }: Spoken): Text {
  const known = texts.get(messages);
  if (known) return known;
  const rules = new Intl.PluralRules(name);
  const text: Text = {
    language: name,
    t: (key, values) => fill(messages[key] ?? lastPart(key), values),
    problem: (code) => problems[code] ?? null,
    plural: (key, count) => fill(messages[`${key}_${rules.select(count) === 'one' ? 'one' : 'other'}` as MessageKey], { n: count }),
  };
  texts.set(messages, text);
  return text;
}

/** A word that came from the data (a class, a measure of a newer engine) and has no text is shown as it is. */
function lastPart(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

function fill(message: string, values: Values = {}): string {
  return message.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
