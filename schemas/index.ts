/**
 * The contracts between Sightline's packages: site file, frames, detections, results, topics. Imports nothing local.
 *
 *     import { siteSchema, type ResultsRecord } from '@sightline/schemas';
 */
export * from './alert.js';
export * from './appearance.js';
export * from './checkpoint.js';
export * from './detection.js';
export * from './features.js';
export * from './frame.js';
export * from './frame-codec.js';
export * from './geometry.js';
export * from './labels.js';
export * from './live.js';
export * from './live-request.js';
export * from './results.js';
export * from './results-skim.js';
export * from './site.js';
export * from './site-record.js';
export * from './status.js';
export * from './topics.js';
