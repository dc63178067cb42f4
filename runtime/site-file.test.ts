import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSiteFile, type SiteFile } from './site-file.js';
import { parseSite } from './site-load.js';

const text = `# My shop. Ask Ada before you change cameras.
site: { name: shop, timezone: Europe/Berlin }

cameras:
  - name: door # above the entrance
    source: clips/door.mp4
    loop: true

zones:
  # Counts who comes in.
  - name: entrance
    kind: line
    line: [[0.1, 0.6], [0.9, 0.6]] # just behind the mat
    classes: [person]

rules:
  - name: crowd # tell Ada
    when: entrance.in > 100
`;

let file: string;
let site: SiteFile;
let now = 1000;

beforeEach(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'sightline-file-'));
  file = path.join(folder, 'site.yaml');
  await writeFile(file, text);
  site = createSiteFile(file, { versions: path.join(folder, 'versions'), now: () => now++ });
});

const queue = { name: 'till', kind: 'queue', polygon: [[0.1, 0.1], [0.4, 0.1], [0.4, 0.5]] };

describe('changing a site file', () => {
  it('adds a zone and keeps every comment and the order', async () => {
    const { version } = await site.read();
    await site.save({ zones: { put: [queue] } }, version);
    const after = await readFile(file, 'utf8');
    for (const comment of ['# My shop. Ask Ada before you change cameras.', '# above the entrance', '# Counts who comes in.', '# just behind the mat', '# tell Ada']) expect(after).toContain(comment);
    expect(after).toContain('polygon: [[0.1, 0.1], [0.4, 0.1], [0.4, 0.5]]');
    expect(parseSite(after).site?.zones.map((zone) => zone.name)).toEqual(['entrance', 'till']);
  });

  it('changes only the lines that differ', async () => {
    const { diff, mistakes } = await site.propose({ zones: { put: [{ name: 'entrance', kind: 'line', line: [[0.1, 0.7], [0.9, 0.7]], classes: ['person'] }] } });
    expect(mistakes).toEqual([]);
    expect(diff.filter(({ kind }) => kind !== 'same').map(({ kind, text: line }) => `${kind} ${line.trim()}`)).toEqual([
      'removed line: [[0.1, 0.6], [0.9, 0.6]] # just behind the mat',
      'added line: [[0.1, 0.7], [0.9, 0.7]] # just behind the mat',
    ]);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('changes what lies inside an entry and keeps the comments there', async () => {
    await writeFile(file, text.replace('    loop: true\n', '    privacy:\n      # The neighbours asked for it.\n      blurHeads: true # by law\n      masks:\n        - [[0, 0], [0.2, 0], [0.2, 0.3]] # their window\n'));
    const { version } = await site.read();
    const masks = [[[0, 0], [0.25, 0], [0.2, 0.3]], [[0.8, 0.8], [1, 0.8], [1, 1]]];
    await site.save({ cameras: { put: [{ name: 'door', privacy: { masks } }] } }, version);
    const after = await readFile(file, 'utf8');
    for (const comment of ['# The neighbours asked for it.', 'blurHeads: true # by law', '# above the entrance']) expect(after).toContain(comment);
    for (const mask of masks) expect(after).toContain(`- ${JSON.stringify(mask).replaceAll(',', ', ')}`);
    expect(parseSite(after).site?.cameras[0]?.privacy).toEqual({ blurHeads: true, masks });
  });

  it('removes a zone, and refuses it while a rule speaks of it', async () => {
    const { version } = await site.read();
    await expect(site.save({ zones: { remove: ['entrance'] } }, version)).rejects.toMatchObject({ code: 'SITE_INVALID' });
    expect(await readFile(file, 'utf8')).toBe(text);
    await site.save({ zones: { remove: ['entrance'] }, rules: { remove: ['crowd'] } }, version);
    expect(parseSite(await readFile(file, 'utf8')).site?.zones).toEqual([]);
  });

  it('refuses a change to a file that someone else has changed meanwhile', async () => {
    const { version } = await site.read();
    await writeFile(file, text.replace('loop: true', 'loop: false'));
    await expect(site.save({ zones: { put: [queue] } }, version)).rejects.toMatchObject({ code: 'SITE_CHANGED' });
    expect(await readFile(file, 'utf8')).toContain('loop: false');
  });

  it('writes nothing that would not load', async () => {
    const { version } = await site.read();
    const crossing = { name: 'bad', kind: 'area', polygon: [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]] };
    await expect(site.save({ zones: { put: [crossing] } }, version)).rejects.toThrow(/crosses itself/);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('keeps earlier versions and goes back to one', async () => {
    const first = await site.read();
    const second = await site.save({ zones: { put: [queue] } }, first.version);
    expect((await site.versions()).map(({ version }) => version)).toEqual([first.version]);
    const back = await site.restore(first.version, second.version);
    expect(back.version).toBe(first.version);
    expect(await readFile(file, 'utf8')).toBe(text);
    await expect(site.restore('000000000000', back.version)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('lets two savers at once win one after the other, never both', async () => {
    const { version } = await site.read();
    const outcomes = await Promise.allSettled([site.save({ zones: { put: [queue] } }, version), site.save({ zones: { put: [{ ...queue, name: 'other' }] } }, version)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
