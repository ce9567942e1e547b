export type { Measurements } from './measurements.ts';
export { type LandmarkClock, landmarkOutcomes, type LandmarkOutcomesInput } from './outcomes.ts';
export { type LandmarkSet, stackLandmarks, type StackInput } from './stack.ts';
