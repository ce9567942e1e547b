/** Outcome-free features of one CT, in the order in which models take them; units are in the names. */
export const IMAGE_FEATURE_NAMES = [
  'lungVolumeRightMl',
  'lungVolumeLeftMl',
  'lungVolumeTotalMl',
  'lungMeanHu',
  'lungSdHu',
  'lungPercentile10Hu',
  'lungMedianHu',
  'lungPercentile90Hu',
  'lungShareBelow950Hu',
  'lungShareAbove500Hu',
  'lungMassG',
] as const;
export type ImageFeatureName = (typeof IMAGE_FEATURE_NAMES)[number];
