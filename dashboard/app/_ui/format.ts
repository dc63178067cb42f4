import type { Language } from '../_text/text';

/** Numbers, times and ages as people read them. Unknown is "–", never 0. */
export const unknown = '–';

const numberFormats = new Map<string, Intl.NumberFormat>();

export function formatNumber(value: number | null | undefined, language: Language, digits = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return unknown;
  return numberFormat(language, { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
}

export function formatPercent(value: number | null | undefined, language: Language): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return unknown;
  return numberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(value);
}

function numberFormat(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language}${JSON.stringify(options)}`;
  let format = numberFormats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(language, options);
    numberFormats.set(key, format);
  }
  return format;
}

/** A wait: m:ss, from an hour on h:mm:ss. */
export function formatWait(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return unknown;
  const whole = Math.max(0, Math.round(seconds));
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  const s = String(whole % 60).padStart(2, '0');
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
}

/** An age in its largest sensible unit. */
export function formatAge(seconds: number, language: Language): string {
  const [value, unit] = seconds < 100 ? [seconds, 'second'] : seconds < 6000 ? [seconds / 60, 'minute'] : seconds < 172_800 ? [seconds / 3600, 'hour'] : [seconds / 86_400, 'day'];
  return numberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0 }).format(Math.max(0, Math.floor(value)));
}

const timeFormats = new Map<string, Intl.DateTimeFormat>();

/** ms since the Unix epoch, in the site's zone. */
export function formatTime(at: number, timeZone: string, language: Language, options: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }): string {
  const key = `${language}${timeZone}${JSON.stringify(options)}`;
  let format = timeFormats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(language, { timeZone, ...options });
    timeFormats.set(key, format);
  }
  return format.format(at);
}

const waits = new Set(['wait', 'meanWait', 'waitForecast', 'longestDwell']);
const shares = new Set(['fill', 'density']);

export function formatMeasure(measure: string, value: number | null | undefined, language: Language): string {
  if (waits.has(measure)) return formatWait(value);
  if (shares.has(measure)) return formatPercent(value, language);
  return formatNumber(value, language);
}
