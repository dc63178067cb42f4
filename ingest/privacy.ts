import sharp from 'sharp';
import type { Camera } from '@sightline/schemas';

/**
 * The picture that ffmpeg lays over every frame: opaque black inside the camera's privacy polygons, clear elsewhere, a
 * PNG of the analysis size. It is laid on before pixels and thumbnail part, so nothing behind ffmpeg ever holds what it
 * hides. null when the camera hides nothing.
 */
export async function privacyMask(camera: Camera, size: { width: number; height: number }): Promise<Uint8Array | null> {
  const { masks } = camera.privacy;
  if (masks.length === 0) return null;
  // A pixel that a polygon only grazes is hidden too: hence the outline of one pixel, and no smooth edges.
  const shapes = masks.map((mask) => `<polygon points="${mask.map(([x, y]) => `${x * size.width},${y * size.height}`).join(' ')}"/>`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" shape-rendering="crispEdges" fill="black" stroke="black" stroke-width="2">${shapes.join('')}</svg>`;
  return sharp(Buffer.from(svg)).ensureAlpha().png().toBuffer();
}
