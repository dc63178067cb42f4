/** Days and clock times in the site's zone, right across daylight-saving changes, with Intl alone. */
export interface Wall {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clocks on the wall show at ms since the Unix epoch. */
export function wallOf(at: number, timeZone: string): Wall {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return { year: parts['year']!, month: parts['month']!, day: parts['day']!, hour: parts['hour']!, minute: parts['minute']!, second: parts['second']! };
}

/** ms since the Unix epoch when the clocks show this; a time that a change of clocks skips is the one an offset later. */
export function atWall(wall: Wall, timeZone: string): number {
  const wanted = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
  let at = wanted;
  // Two rounds settle it: the first takes the offset of about then, the second that of exactly then.
  for (let round = 0; round < 2; round++) {
    const shown = wallOf(at, timeZone);
    at += wanted - Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second);
  }
  return at;
}

export function startOfDay(at: number, timeZone: string): number {
  return atWall({ ...wallOf(at, timeZone), hour: 0, minute: 0, second: 0 }, timeZone);
}

/** The same clock time some days away, whatever the clocks did in between. */
export function addDays(at: number, days: number, timeZone: string): number {
  const wall = wallOf(at, timeZone);
  return atWall({ ...wall, day: wall.day + days }, timeZone) + (at % 1000);
}

/** As `<input type="datetime-local">` shows it. */
export function toInput(at: number, timeZone: string): string {
  const { year, month, day, hour, minute } = wallOf(at, timeZone);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

export function fromInput(text: string, timeZone: string): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute] = match.slice(1).map(Number) as [number, number, number, number, number];
  return atWall({ year, month, day, hour, minute, second: 0 }, timeZone);
}
