/**
 * The tracker's parameters: one set for every camera and frame rate. All are seconds, fractions, scores or object sizes
 * (the longer side of an object's box), so none depends on resolution or frame rate. docs/tracking.md says what each is worth.
 */
export interface TrackerOptions {
  /** Detections with a lower score are ignored. Scores as in `Detection.score`: comparable between models. */
  readonly floor: number;
  /** From this score on a detection takes part in the first association; below, only in the second, which never begins a track. */
  readonly strong: number;
  /** Least score that begins a track: well above the score of most false boxes, since a lost beginning costs a frame, a false track an id. */
  readonly birth: number;
  /** The same of vehicles: some score .5 to .66 all the way, and what is false among them seldom moves. */
  readonly vehicleBirth: number;
  /** Sum of scores at which a track is believed: two clear sightings, or three doubtful ones. */
  readonly confirm: number;
  /** Seconds an unconfirmed track outlives its last sighting. */
  readonly tentativeSeconds: number;
  /** Seconds a confirmed track waits for its object: how long people pass behind people and posts. */
  readonly lostSeconds: number;
  /** The same where its appearance can prove that it is the same object. */
  readonly lostWithLookSeconds: number;
  /** Most seconds that it waits at the place where it has stood for as long: a parked car behind a van, a seated person who is hardly seen. */
  readonly stayedSeconds: number;
  /** Overlap with its last box that brings it back there after `lostSeconds`. */
  readonly stayedOverlap: number;
  /** The same once its centre has left the frame: nothing comes back from there under the same motion. */
  readonly exitSeconds: number;
  /** Seconds for which an unseen track is still reported, flagged by `coasting`. */
  readonly coastSeconds: number;
  /** Standard deviation of a detected box's centre, object sizes. */
  readonly positionNoise: number;
  /** Standard deviation of a detected box's sides, object sizes. Both are those of a box with the score `blurScore`. */
  readonly sizeNoise: number;
  /** A person's box errs by (2 − score) / (2 − blurScore) times the usual: twice as far at a score of 0 as at 1. */
  readonly blurScore: number;
  /** White acceleration density, sizes per second^1.5: a person changes its step within about a second. */
  readonly acceleration: number;
  /** The same for the box's sides. */
  readonly sizeAcceleration: number;
  /** Standard deviation of a new object's speed, sizes per second: a walking person's. */
  readonly initialSpeed: number;
  /** The same of vehicles: slower in their own sizes than they look, and a wider guess pairs one with the next. */
  readonly initialVehicleSpeed: number;
  /** How much one vehicle's speed differs from the others' at its place, sizes a second. */
  readonly vehicleDifference: number;
  /** How far behind its last place a vehicle on its way may be found, object sizes: the noise of two boxes … */
  readonly vehicleBack: number;
  /** … until it may have stopped and gone back, seconds. */
  readonly vehicleTurnSeconds: number;
  /** How much less it costs to leave a vehicle unmatched that has most likely left the picture. */
  readonly vehicleLeaving: number;
  /** Seconds in which a change of size dies away: things do not grow for long. */
  readonly sizeDecaySeconds: number;
  /** Squared Mahalanobis distance of centres beyond which a box cannot be the object's (4 standard deviations). */
  readonly gate: number;
  /** Largest |ln ratio| of heights. */
  readonly sizeGate: number;
  /** Growth of that limit per second unseen. */
  readonly sizeGateGrowth: number;
  /** Part of its sides by which each box is widened before overlap is measured (C-BIoU), before uncertainty is added. */
  readonly buffer: number;
  readonly bufferMost: number;
  /** Cost of |ln ratio| of heights. */
  readonly sizeCost: number;
  /** Cost of leaving a track unmatched: a pairing that costs more is not made. */
  readonly unmatched: number;
  /** The same where appearance takes part in the cost. */
  readonly unmatchedWithLook: number;
  /** Cosine distance of appearance that still costs nothing, and the further distance at which it costs 1. */
  readonly lookFree: number;
  readonly lookScale: number;
  /** The same of vehicles, whose shape and colours stay as they are. */
  readonly vehicleLookFree: number;
  readonly vehicleLookScale: number;
  /** Seconds over which a track's appearance is averaged: longer than two people who pass hide each other. */
  readonly lookSeconds: number;
  /** A lost track returns by appearance below this cosine distance … */
  readonly returnLook: number;
  /** … within this many sizes, plus so many a second unseen. */
  readonly returnReach: number;
  readonly returnSpeed: number;
  /** Boxes of followed objects after which heights are judged by the ground plane. */
  readonly groundSamples: number;
  /** |ln(height / expected)| beyond which a box does not look like one object: three times the spread of people (.1) and boxes (.1) together. */
  readonly groundMisfit: number;
  /** How much more evidence such a box needs before it is believed. */
  readonly groundDoubt: number;
  /** The same of vehicles, which half hide each other in every queue. */
  readonly vehicleDoubt: number;
  /**
   * Largest |ln ratio| of heights at which a track of fitting height may take such a box, or the reverse: who sits down shrinks
   * in small steps, two people seen as one jump.
   */
  readonly groundStep: number;
  /** Seconds over which a person's own height for its place is averaged: longer than two who pass hide each other, short enough for one who sits down. */
  readonly statureSeconds: number;
  /** |ln(height / its own)| from which a box shows a part of it, or it and another: three times the noise of a clear one. */
  readonly statureMisfit: number;
  /** Part of the way from the filtered to its own height that it is shown with. */
  readonly statureShare: number;
  /** What always stands unmoved is ignored below this score … */
  readonly stillBelow: number;
  /** … once it stood for so many seconds and was not seen to arrive. */
  readonly stillSeconds: number;
  /** Seconds after which a frame's corrected form is said. */
  readonly delaySeconds: number;
  /** Longest gap between two sightings that the corrected form fills. */
  readonly fillSeconds: number;
  /** How far a finished track's path may pass from where the object was, object sizes: the noise of a detected box. */
  readonly pathTolerance: number;
}

export const defaultTrackerOptions: TrackerOptions = {
  floor: 0.1,
  strong: 0.4,
  birth: 0.7,
  vehicleBirth: 0.5,
  confirm: 1,
  tentativeSeconds: 0.3,
  lostSeconds: 2,
  lostWithLookSeconds: 6,
  stayedSeconds: 30,
  stayedOverlap: 0.5,
  exitSeconds: 0.3,
  coastSeconds: 0.25,
  positionNoise: 0.07,
  sizeNoise: 0.1,
  blurScore: 0.7,
  acceleration: 0.35,
  sizeAcceleration: 0.07,
  initialSpeed: 1,
  initialVehicleSpeed: 1.5,
  vehicleDifference: 0.5,
  vehicleBack: 0.3,
  vehicleTurnSeconds: 2,
  vehicleLeaving: 1,
  sizeDecaySeconds: 1,
  gate: 16,
  sizeGate: 0.5,
  sizeGateGrowth: 0.25,
  buffer: 0.25,
  bufferMost: 1.5,
  sizeCost: 0.3,
  unmatched: 1,
  unmatchedWithLook: 1.5,
  lookFree: 0.17,
  lookScale: 0.35,
  vehicleLookFree: 0.08,
  vehicleLookScale: 0.25,
  lookSeconds: 4,
  returnLook: 0.3,
  returnReach: 0.5,
  returnSpeed: 0.7,
  groundSamples: 150,
  groundMisfit: 0.4,
  groundDoubt: 4,
  vehicleDoubt: 1.5,
  groundStep: 0.25,
  statureSeconds: 4,
  statureMisfit: 0.15,
  statureShare: 0.7,
  stillBelow: 0.7,
  stillSeconds: 10,
  delaySeconds: 1,
  fillSeconds: 1,
  pathTolerance: 0.06,
};
