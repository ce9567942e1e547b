import type { FeatureVector } from '../../../domain/index.ts';
import type { CtVolume, Lungs } from '../contract.ts';
import { lungDensity } from './lung-density.ts';

export { IMAGE_FEATURE_NAMES } from './names.ts';

/** The outcome-free features of one CT; all finite, since there are lungs. */
export const imageFeatures = (volume: CtVolume, lungs: Lungs): FeatureVector => lungDensity(volume, lungs);
