import { addTexts } from './text';

export const enModels = {
  'models.drift': 'Drift',
  'models.driftOf': 'Drift of camera {camera}, last day',
  'models.models': 'Models',
  'models.none': 'No model has seen a frame yet.',
  'models.frames': '{n} frames',

  'models.state.ok': 'as on {days} other days (limit {threshold})',
  'models.state.drifted': 'unlike its {days} other days (limit {threshold})',
  'models.state.uncalibrated': 'uncalibrated: {days} of {needed} days seen',
  'models.state.unknown': 'nothing to compare yet',
  'models.noDrift': 'Nothing is known yet.',
  'models.driftDetail': 'How far each camera’s picture lies from its own past at the same time of day (MMD² of the detector’s features). Near 0 is as always; the dashed line is what one undisturbed day in twenty goes beyond.',
};

addTexts(enModels);
