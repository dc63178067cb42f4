import { describe, expect, it } from 'vitest';
import { formatMistakes, parseSite } from './site-load.js';

const camera = 'cameras:\n  - name: door\n    source: clips/door.mp4\n';

function mistakesIn(text: string): string {
  const { mistakes } = parseSite(text);
  return formatMistakes('site.yaml', mistakes);
}

describe('a site file', () => {
  it('needs three lines for a camera and fills in the rest', () => {
    const { site } = parseSite(camera);
    expect(site?.cameras[0]).toMatchObject({ name: 'door', fps: 10, model: 'default', gate: true, privacy: { masks: [], blurHeads: true } });
  });

  it('gives a zone the only camera there is', () => {
    const { site } = parseSite(`${camera}zones:\n  - { name: entrance, kind: line, line: [[0, 0.5], [1, 0.5]] }\n`);
    expect(site?.zones[0]?.camera).toBe('door');
  });

  it('reads durations as seconds', () => {
    const { site } = parseSite(`${camera}rules:\n  - { name: slow, when: door.fps < 2, for: 5m }\n`);
    expect(site?.rules[0]?.for).toBe(300);
  });

  it('takes names in any script', () => {
    expect(parseSite('cameras:\n  - { name: 入口-1, source: a.mp4 }\n').mistakes).toEqual([]);
  });

  it('tells every mistake at once, in the order of the file', () => {
    const { mistakes } = parseSite('cameras:\n  - name: a b\n    source: ""\n    fsp: 3\n');
    expect(mistakes.map(({ line }) => line)).toEqual([2, 3, 4]);
  });
});

describe('a mistake', () => {
  it.each<[string, string, string]>([
    ['an unknown key', `${camera}    fsp: 10\n`, 'site.yaml:4:5: camera "door": unknown key "fsp" (did you mean "fps"?)'],
    ['a missing key', 'cameras:\n  - name: door\n', 'site.yaml:2:5: camera "door" › source: "source" is missing; it is required here'],
    ['pixels for fractions', `${camera}zones:\n  - { name: till-3, kind: area, polygon: [[0, 0], [640, 0.2], [0.3, 0.3]] }\n`, 'zone "till-3" › polygon › point 2 › x: is 640; coordinates are fractions 0..1 (did you use pixels?)'],
    ['two points', `${camera}zones:\n  - { name: z, kind: area, polygon: [[0, 0], [1, 0]] }\n`, 'a polygon needs at least 3 points'],
    ['a self-crossing polygon', `${camera}zones:\n  - { name: z, kind: area, polygon: [[0, 0], [1, 1], [1, 0], [0, 1]] }\n`, 'the polygon crosses itself: edge 1–2 meets edge 3–4'],
    ['a line without length', `${camera}zones:\n  - { name: z, kind: line, line: [[0, 0], [0, 0]] }\n`, 'both points are the same'],
    ['an unknown kind', `${camera}zones:\n  - { name: z, kind: qeue, polygon: [] }\n`, 'kind must be one of line, area, queue, stalls, shelf (did you mean "queue"?)'],
    ['a camera that is not there', `${camera}zones:\n  - { name: z, camera: dor, kind: line, line: [[0, 0], [1, 0]] }\n`, 'there is no camera "dor" (did you mean "door"?)'],
    ['a rule about nothing', `${camera}rules:\n  - { name: r, when: till.length > 4 }\n`, 'there is no zone or camera "till"'],
    ['a rule about a measure that is not there', `${camera}rules:\n  - { name: r, when: door.length > 4 }\n`, 'a camera has no measure "length"'],
    ['a name used twice', `${camera}  - { name: door, source: b.mp4 }\n`, 'site.yaml:4:13: camera "door" › name: the name "door" is already used by cameras[0]'],
    ['a wrong time zone', `site: { timezone: Mars/Base }\n${camera}`, 'is "Mars/Base"; not a time zone of the IANA database'],
    ['bad YAML', 'cameras: [', 'not valid YAML'],
    ['an empty file', '', 'the file is empty'],
  ])('%s is told with its place, value and remedy', (_, text, expected) => {
    expect(mistakesIn(text)).toContain(expected);
  });

  it('never repeats a password', () => {
    const told = mistakesIn('cameras:\n  - { name: door, source: "rtsp://admin:hunter2@10.0.0.7/1" }\n');
    expect(told).toContain('a password may not stand in the site file');
    expect(told).not.toContain('hunter2');
    expect(parseSite('cameras:\n  - { name: door, source: "rtsp://admin:${CAM_PASSWORD}@10.0.0.7/1" }\n').mistakes).toEqual([]);
  });

  it('is found among 1,000 zones', () => {
    const zones = Array.from({ length: 1000 }, (_, i) => `  - { name: z${i}, kind: area, polygon: [[0, 0], [1, 0], [0.5, ${i === 700 ? 2 : 0.5}]] }\n`).join('');
    const { mistakes } = parseSite(`${camera}zones:\n${zones}`);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toMatchObject({ line: 705, where: 'zone "z700" › polygon › point 3 › y' });
  });
});
