export { buildVolume, type VolumeOptions } from './build-volume.ts';
export { clampHu } from './clamp-hu.ts';
