import { coco80 } from './classes.js';
import type { Manifest } from './manifest.js';

/**
 * The models that install by name: where they come from and what was measured about them (docs/models.md). Everything
 * else comes in by `addModel`.
 */
export type CatalogueEntry = Omit<Manifest, 'v' | 'adapter' | 'originalSha256' | 'sha256' | 'file' | 'fixedSize'>;

export const defaultModelName = 'centernet';

const yolox = (name: string, title: string, file: string, sha256?: string): CatalogueEntry => ({
  name,
  title,
  source: {
    kind: 'url',
    url: `https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/${file}`,
    ...(sha256 && { sha256 }),
  },
  licence: 'Apache-2.0',
  head: 'yolox',
  boxes: 'yolox-cell',
  classes: [...coco80],
  stride: 32,
  sizes: [
    [416, 320],
    [416, 256],
  ],
  scoreScale: 1,
  floor: 0.1,
  report: 0.5,
  nms: 0.65,
});

export const catalogue: readonly CatalogueEntry[] = [
  {
    name: 'centernet',
    title: 'MobileNetV3-CenterNet',
    source: { kind: 'npm', package: '@vladmandic/human', version: '3.3.6', files: ['models/centernet.json', 'models/centernet.bin'] },
    licence: 'MIT',
    head: 'centernet',
    boxes: 'centernet-cell',
    classes: [...coco80],
    stride: 32,
    sizes: [
      [416, 320],
      [512, 288],
    ],
    // Its scores are low (median of true people .32); × 1.6 makes them mean what those of the others mean.
    scoreScale: 1.6,
    floor: 0.32,
    report: 0.48,
    nms: 0.65,
    features: 'tower_0/MobilenetV3/expanded_conv_9/add',
  },
  yolox('yolox-nano', 'YOLOX-Nano', 'yolox_nano.onnx', '695e750a5d5754bb5a8d5325643b59282191a7e7a564e435a415fd3c578eab14'),
  yolox('yolox-tiny', 'YOLOX-Tiny', 'yolox_tiny.onnx'),
  yolox('yolox-s', 'YOLOX-S', 'yolox_s.onnx'),
];
