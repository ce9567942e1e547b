import { createRandom } from '../../../src/numerics/index.ts';
import { MATRIX, SLICE_PIXELS, VOXEL_ML } from '../../../src/simulation/ct/canvas.ts';
import type { Phantom } from '../../../src/simulation/ct/phantom.ts';
import {
  drawPatient,
  type PatientOverrides,
  type SimulatedPatient,
} from '../../../src/simulation/patient.ts';

const random = createRandom(36);

/** Patients of the study, the same each time. */
export const patients = (count: number, given: PatientOverrides = {}): SimulatedPatient[] =>
  Array.from({ length: count }, (_, index) =>
    drawPatient(random, `ct-${String(index)}`, { study: 'in', ...given }),
  );

/** The same patient, with another burden before surgery and from it on. */
export const withBurden = (patient: SimulatedPatient, burden: number): SimulatedPatient => ({
  ...patient,
  latent: { intercept: burden, ratePerMonth: 0, preoperative: burden },
});

/** So little that nothing of the disease is left to see. */
export const HARDLY_ANY = -40;

/** Lung of each side of x = 0, ml: what is dark between the chest's walls. */
export function lungMl({ hu, slices }: Phantom): { readonly right: number; readonly left: number } {
  const counts = { right: 0, left: 0 };
  for (let row = 0; row < slices * MATRIX; row++) {
    const values = hu.subarray(row * MATRIX, (row + 1) * MATRIX);
    const dense = (value: number): boolean => value > -200;
    const [first, last] = [values.findIndex(dense), values.findLastIndex(dense)];
    for (let column = first; column < last; column++)
      if ((values[column] ?? 0) < -600) counts[column < MATRIX / 2 ? 'right' : 'left']++;
  }
  return { right: counts.right * VOXEL_ML, left: counts.left * VOXEL_ML };
}

/** What became at least 200 HU denser from one image to another: ml, and the mean column from the middle. */
export function denser(from: Phantom, to: Phantom): { readonly ml: number; readonly offset: number } {
  let [count, sum] = [0, 0];
  for (let voxel = 0; voxel < from.hu.length; voxel++)
    if ((to.hu[voxel] ?? 0) - (from.hu[voxel] ?? 0) > 200) {
      count++;
      sum += ((voxel % SLICE_PIXELS) % MATRIX) - (MATRIX - 1) / 2;
    }
  return { ml: count * VOXEL_ML, offset: sum / count };
}

/** Spearman's; no ties. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const ranks = (values: readonly number[]): number[] => {
    const sorted = values.toSorted((x, y) => x - y);
    return values.map((value) => sorted.indexOf(value));
  };
  const [ra, rb] = [ranks(a), ranks(b)];
  const squares = ra.reduce((sum, rank, index) => sum + (rank - (rb[index] ?? NaN)) ** 2, 0);
  return 1 - (6 * squares) / (a.length * (a.length ** 2 - 1));
}
