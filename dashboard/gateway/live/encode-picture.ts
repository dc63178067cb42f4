import type { Box, ResultsRecord } from '@sightline/schemas';
import type { Picture } from '@sightline/runtime/pictures';
import sharp, { type OverlayOptions, type Sharp } from 'sharp';

/** Quality at which compression is not seen on a wall of cameras; about 30 kB at 512 × 288. */
const jpegQuality = 72;
/** Upper share of a person's box that holds the head, with room for a box that sits too low. */
const headShare = 0.28;
/** A head's box grows by this share of the person's width on each side and of the height upwards. */
const headMargin = 0.12;
/** Sides of a blurred head in cells: too few to know a face by. */
const blurCells = 4;

/** JPEG of a frame; with `blurBy`, the head of every person that the record's detections or tracks know is made unrecognisable. */
export async function encodePicture(frame: Picture, blurBy: ResultsRecord | null): Promise<Buffer> {
  const { width, height } = frame.header;
  if (!blurBy) return open(frame).jpeg({ quality: jpegQuality }).toBuffer();
  const heads = headBoxes(blurBy, width, height);
  const patches: OverlayOptions[] = await Promise.all(
    heads.map(async (head) => {
      const small = await open(frame).extract(head).resize(blurCells, blurCells, { fit: 'fill' }).raw().toBuffer({ resolveWithObject: true });
      const { data, info } = await sharp(small.data, { raw: { width: blurCells, height: blurCells, channels: small.info.channels } })
        .resize(head.width, head.height, { fit: 'fill', kernel: 'cubic' })
        .raw()
        .toBuffer({ resolveWithObject: true });
      return { input: data, raw: { width: info.width, height: info.height, channels: info.channels }, left: head.left, top: head.top };
    }),
  );
  return open(frame).composite(patches).jpeg({ quality: jpegQuality }).toBuffer();
}

function open(frame: Picture): Sharp {
  if (frame.header.encoding === 'jpeg') return sharp(frame.bytes);
  return sharp(frame.bytes, { raw: { width: frame.header.width, height: frame.header.height, channels: 3 } });
}

/** Whole-pixel rectangles inside the picture that cover the head of each person. */
export function headBoxes(record: ResultsRecord, width: number, height: number): { left: number; top: number; width: number; height: number }[] {
  const people: Box[] = [...record.tracks, ...record.input.detections].filter((seen) => seen.cls === 'person');
  return people.flatMap((box) => {
    const left = clamp(Math.floor((box.x - headMargin * box.w) * width), width);
    const right = clamp(Math.ceil((box.x + box.w * (1 + headMargin)) * width), width);
    const top = clamp(Math.floor((box.y - headMargin * headShare * box.h) * height), height);
    const bottom = clamp(Math.ceil((box.y + box.h * headShare) * height), height);
    return right - left < 1 || bottom - top < 1 ? [] : [{ left, top, width: right - left, height: bottom - top }];
  });
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
