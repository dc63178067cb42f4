/**
 * Sightline as a library: detector → tracker → zones, without log, store or page. See docs/library.md.
 *
 *     import { openDetector, readVideo, see, createTracker, defineZone } from 'sightline';
 */
export { openDetector } from '@sightline/models/inference/detector';
export { createTracker } from '@sightline/workers/track/create';
export { createPipeline } from '@sightline/workers/pipeline';
export { createDriftSketcher } from '@sightline/workers/drift/create';
export { readVideo, type ReadVideoOptions, type VideoFrame } from './read-video.js';
export { see } from './see.js';
export { defineZone } from './define-zone.js';
export type { Detection, Detector, FrameInput, Track, Zone, ZoneEvent, ZoneSample, StepOutput } from '@sightline/schemas';
