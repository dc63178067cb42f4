import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/**
 * The colours of zone kinds, as people with each kind of colour blindness see them: no two may look alike. Simulated
 * after Machado, Oliveira and Fernandes, IEEE TVCG 15(6), 2009 (severity 1); compared by CIE76 ΔE in CIELAB.
 */
const css = readFileSync(new URL('../globals.css', import.meta.url), 'utf8');
const kinds = ['queue', 'shelf', 'stalls', 'line', 'area', 'crowd'] as const;
/** A ΔE of 2.3 is just noticeable; side by side as thin lines it takes several times that. */
const leastDifference = 12;
const matrices: Readonly<Record<string, readonly (readonly number[])[]>> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

/** The colours of the block of rules that begins with this selector. */
function colours(selector: string): Record<string, readonly number[]> {
  const block = css.slice(css.indexOf(selector), css.indexOf('}', css.indexOf(selector)));
  return Object.fromEntries([...block.matchAll(/--([\w-]+): #([0-9a-f]{6})/g)].map(([, name, hex]) => [name!, [0, 2, 4].map((i) => parseInt(hex!.slice(i, i + 2), 16) / 255)]));
}

const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const times = (matrix: readonly (readonly number[])[], vector: readonly number[]): number[] => matrix.map((row) => Math.max(0, Math.min(1, row.reduce((sum, factor, i) => sum + factor * vector[i]!, 0))));

function lab(rgb: readonly number[]): number[] {
  const [x, y, z] = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]].map((row) => row.reduce((sum, factor, i) => sum + factor * rgb[i]!, 0)) as [number, number, number];
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const [fx, fy, fz] = [f(x / 0.9505), f(y), f(z / 1.089)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

function contrast(a: readonly number[], b: readonly number[]): number {
  const luminance = (rgb: readonly number[]): number => [0.2126, 0.7152, 0.0722].reduce((sum, factor, i) => sum + factor * linear(rgb[i]!), 0);
  const [high, low] = [luminance(a), luminance(b)].sort((p, q) => q - p) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const sets: Readonly<Record<string, Record<string, readonly number[]>>> = { light: colours(':root {'), dark: colours(":root[data-theme='dark'] {"), 'over pictures': colours('.on-picture {') };

describe('the palette', () => {
  for (const [set, palette] of Object.entries(sets)) {
    for (const [sight, matrix] of Object.entries(matrices)) {
      it(`${set}: no two kinds look alike with ${sight} sight`, () => {
        const seen = kinds.map((kind) => lab(times(matrix, palette[`kind-${kind}`]!.map(linear))));
        for (let i = 0; i < kinds.length; i++) {
          for (let j = i + 1; j < kinds.length; j++) {
            const difference = Math.hypot(...seen[i]!.map((value, k) => value - seen[j]![k]!));
            expect(difference, `${kinds[i]} and ${kinds[j]}`).toBeGreaterThan(leastDifference);
          }
        }
      });
    }
  }

  it('has text and marks that stand out on every ground', () => {
    for (const set of ['light', 'dark']) {
      const palette = sets[set]!;
      for (const ground of ['ground', 'surface', 'sunken']) {
        expect(contrast(palette['text']!, palette[ground]!), `${set} text on ${ground}`).toBeGreaterThan(7);
        for (const ink of ['muted', 'accent', 'good', 'warn', 'bad']) expect(contrast(palette[ink]!, palette[ground]!), `${set} ${ink} on ${ground}`).toBeGreaterThan(4.5);
        for (const kind of kinds) expect(contrast(palette[`kind-${kind}`]!, palette[ground]!), `${set} ${kind} on ${ground}`).toBeGreaterThan(3);
        expect(contrast(palette['control-edge']!, palette[ground]!), `${set} control on ${ground}`).toBeGreaterThan(3);
      }
    }
  });

  it('says the same in both places where the dark theme is written', () => {
    const media = css.slice(css.indexOf('@media (prefers-color-scheme: dark)'));
    const inMedia = [...media.slice(0, media.indexOf('}')).matchAll(/--[\w-]+: [^;]+/g)].map(([rule]) => rule);
    const block = css.slice(css.indexOf(":root[data-theme='dark'] {"));
    expect([...block.slice(0, block.indexOf('}')).matchAll(/--[\w-]+: [^;]+/g)].map(([rule]) => rule)).toEqual(inMedia);
  });
});
