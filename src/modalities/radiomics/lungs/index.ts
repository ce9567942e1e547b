export { resample, type ResampleOptions, type VoxelGrid } from './resample.ts';
export { segmentLungs } from './segment.ts';
export { ctTensor, DEFAULT_TENSOR_SPEC, withMargin } from './tensor.ts';
