import { CdsError } from '../../domain/index.ts';

/** The two CTs of one patient as the network takes them. */
export interface CtPair {
  /** Row of the patient in the survival data. */
  readonly patient: number;
  /** sizeVoxels^3 values in 0..1, x fastest. */
  readonly baseline: Float32Array;
  readonly postoperative: Float32Array;
}

/**
 * A tensor's memory that threads share: what is written here is not copied again for training, however many threads
 * there are (190 pairs of 64^3 are 400 MB).
 */
export const sharedTensor = (sizeVoxels: number): Float32Array =>
  new Float32Array(new SharedArrayBuffer(sizeVoxels ** 3 * Float32Array.BYTES_PER_ELEMENT));

const shared = (tensor: Float32Array): Float32Array => {
  if (tensor.buffer instanceof SharedArrayBuffer) return tensor;
  const copy = sharedTensor(Math.cbrt(tensor.length));
  copy.set(tensor);
  return copy;
};

const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', detail);
};

const checkTensor = (tensor: Float32Array, voxels: number, name: string): void => {
  if (tensor.length !== voxels) refuse(`${name} has ${tensor.length} values, not ${voxels}`);
  // The sum of finite float32 values is finite in float64, and one that is not finite spoils it: no branch a voxel.
  let sum = 0;
  for (const value of tensor) sum += value;
  if (!Number.isFinite(sum)) refuse(`${name} has a value that is not finite`);
};

/**
 * The pairs in memory that threads share: those that are in it stay where they are, others are copied once.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID naming the patient's row: a size that is not sizeVoxels^3, a value that is
 *   not finite, a row that is not there or that comes twice
 */
export function sharePairs(pairs: readonly CtPair[], patients: number, sizeVoxels: number): CtPair[] {
  const seen = new Set<number>();
  return pairs.map(({ patient, baseline, postoperative }) => {
    if (!(Number.isInteger(patient) && patient >= 0 && patient < patients))
      refuse(`a pair is of row ${patient}, which is no row of data`);
    if (seen.has(patient)) refuse(`row ${patient} has two pairs`);
    seen.add(patient);
    checkTensor(baseline, sizeVoxels ** 3, `the baseline CT of row ${patient}`);
    checkTensor(postoperative, sizeVoxels ** 3, `the postoperative CT of row ${patient}`);
    return { patient, baseline: shared(baseline), postoperative: shared(postoperative) };
  });
}
