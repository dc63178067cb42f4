import type { Point, ResultsRecord, Track, Zone } from '@sightline/schemas';

/**
 * Draws results over a recording as Advanced SubStation Alpha subtitles, which ffmpeg burns in (libass): vector drawings, so no
 * pixel passes through JavaScript. Times are those of the recording; coordinates become pixels of the source picture.
 *
 *     for (const line of subtitles({ width: 768, height: 576, zones, records, startsAt })) file.write(line);
 */
export interface SubtitlesOptions {
  /** Size of the source picture in pixels. */
  readonly width: number;
  readonly height: number;
  readonly zones: readonly Zone[];
  readonly records: AsyncIterable<ResultsRecord> | Iterable<ResultsRecord>;
  /** µs: event time of the recording's first picture. */
  readonly startsAt: number;
}

/** How long a track's trail is, in seconds. */
const trailSeconds = 2;
/** How long the last frame's drawing stays, in seconds. */
const lastFrameSeconds = 0.2;
/** A mark where a line was crossed stays this long, in seconds. */
const markSeconds = 0.8;

/** ASS colours are &HBBGGRR&. The palette of the dashboard. */
const zoneColours: Readonly<Record<Zone['kind'], string>> = { queue: '&HF8814C&', shelf: '&H0093CC&', stalls: '&HBDEE2C&', line: '&H15FFFE&', area: '&HC38EA4&' };
const trackColour = '&HFFFFFF&';

export async function* subtitles({ width, height, zones, records, startsAt }: SubtitlesOptions): AsyncGenerator<string> {
  yield header(width, height);
  const size = Math.max(12, Math.round(height / 36));
  const pixel = ([x, y]: Point): string => `${Math.round(x * width)} ${Math.round(y * height)}`;
  const trails = new Map<string, { at: number; point: Point }[]>();
  const numbers = new Map<string, string>();
  let previous: ResultsRecord | undefined;

  const drawn = function* (record: ResultsRecord, until: number): Generator<string> {
    const from = record.input.capturedAt;
    const line = (style: string, text: string, to = until): string => dialogue(from - startsAt, to - startsAt, style, text);
    for (const zone of zones) {
      const colour = zoneColours[zone.kind];
      for (const shape of outlines(zone)) yield line('Shape', `{\\pos(0,0)\\3c${colour}\\p1}${path(shape, pixel, zone.kind !== 'line')}{\\p0}`);
      const [x, y] = outlines(zone)[0]![0]!;
      yield line('Label', `{\\pos(${Math.round(x * width)},${Math.round(y * height) - 4})\\fs${size}\\1c${colour}}${plain(`${zone.name}  ${numbers.get(zone.name) ?? ''}`)}`);
    }
    for (const track of record.tracks) {
      yield line('Shape', `{\\pos(0,0)\\3c${trackColour}${track.coasting > 0 ? '\\3a&H80&' : ''}\\p1}${path(corners(track), pixel, true)}{\\p0}`);
      yield line('Label', `{\\pos(${Math.round(track.x * width)},${Math.round(track.y * height) - 2})\\fs${Math.round(size * 0.7)}}${plain(`${track.cls} ${track.id.split('-').at(-1)}`)}`);
      const trail = trails.get(track.id) ?? [];
      if (trail.length > 1) yield line('Shape', `{\\pos(0,0)\\3c${trackColour}\\3a&H60&\\p1}${path(trail.map(({ point }) => point), pixel, false)}{\\p0}`);
    }
    for (const event of record.events) {
      if (!event.point) continue;
      const [x, y] = event.point;
      const text = event.kind === 'crossed' ? (event.direction ?? '') : event.kind;
      yield line('Label', `{\\pos(${Math.round(x * width)},${Math.round(y * height)})\\fs${size}\\1c${zoneColours[event.zoneKind]}}● ${plain(text)}`, from + markSeconds * 1e6);
    }
  };

  for await (const record of records) {
    if (previous) yield* drawn(previous, record.input.capturedAt);
    remember(record, trails);
    for (const sample of record.samples) numbers.set(sample.zone, sampleText(sample.measures));
    previous = record;
  }
  if (previous) yield* drawn(previous, previous.input.capturedAt + lastFrameSeconds * 1e6);
}

function remember(record: ResultsRecord, trails: Map<string, { at: number; point: Point }[]>): void {
  const at = record.input.capturedAt;
  const seen = new Set<string>();
  for (const track of record.tracks) {
    seen.add(track.id);
    const trail = trails.get(track.id) ?? [];
    trail.push({ at, point: [track.x + track.w / 2, track.y + track.h] });
    while (trail.length > 0 && at - trail[0]!.at > trailSeconds * 1e6) trail.shift();
    trails.set(track.id, trail);
  }
  for (const id of trails.keys()) if (!seen.has(id)) trails.delete(id);
}

function sampleText(measures: Readonly<Record<string, number | null>>): string {
  return Object.entries(measures)
    .map(([name, value]) => `${name} ${value === null ? '–' : Number.isInteger(value) ? value : value.toFixed(1)}`)
    .join('  ');
}

function outlines(zone: Zone): readonly (readonly Point[])[] {
  switch (zone.kind) {
    case 'line':
      return zone.gate ? [zone.line, zone.gate] : [zone.line];
    case 'stalls':
      return zone.stalls.map((stall) => stall.polygon);
    case 'shelf':
      return zone.facings.map((facing) => facing.polygon);
    case 'area':
    case 'queue':
      return [zone.polygon];
  }
}

function corners({ x, y, w, h }: Track): readonly Point[] {
  return [
    [x, y],
    [x + w, y],
    [x + w, y + h],
    [x, y + h],
  ];
}

/** An open line is drawn there and back: libass closes every path. */
function path(points: readonly Point[], pixel: (point: Point) => string, closed: boolean): string {
  const all = closed ? points : [...points, ...points.slice(1, -1).reverse()];
  return `m ${pixel(all[0]!)} l ${all.slice(1).map(pixel).join(' ')}`;
}

function header(width: number, height: number): string {
  return [
    '[Script Info]',
    'ScriptType: v4.00+',
    `PlayResX: ${width}`,
    `PlayResY: ${height}`,
    'ScaledBorderAndShadow: yes',
    '',
    '[V4+ Styles]',
    'Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding',
    `Style: Shape,Inter,20,&HFF000000,&HFF000000,&H00FFFFFF,&HFF000000,0,0,0,0,100,100,0,0,1,${Math.max(1, Math.round(height / 360))},0,7,0,0,0,1`,
    'Style: Label,Inter,20,&H00FFFFFF,&H00FFFFFF,&H00101418,&H00000000,1,0,0,0,100,100,0,0,1,2,0,1,0,0,0,1',
    '',
    '[Events]',
    'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text',
    '',
  ].join('\n');
}

function dialogue(from: number, to: number, style: string, text: string): string {
  return `Dialogue: ${style === 'Label' ? 1 : 0},${timestamp(from)},${timestamp(to)},${style},,0,0,0,,${text}\n`;
}

/** h:mm:ss.cc from µs, as ASS wants it. */
function timestamp(us: number): string {
  const cs = Math.max(0, Math.round(us / 10_000));
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${Math.floor(cs / 360_000)}:${two(Math.floor(cs / 6000) % 60)}:${two(Math.floor(cs / 100) % 60)}.${two(cs % 100)}`;
}

/** Text that libass shows as it is: no override blocks, no line breaks. */
function plain(text: string): string {
  return text.replace(/[{}\\\n\r]/g, ' ');
}
