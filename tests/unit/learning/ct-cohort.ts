import {
  type CtPair,
  type CtTrainingSettings,
  QUICK_CT_SETTINGS,
  sharedTensor,
} from '../../../src/learning/ct/index.ts';
import { createRandom, type Random } from '../../../src/numerics/index.ts';
import type { SurvivalData } from '../../../src/survival/index.ts';

export interface CtCohort {
  readonly pairs: readonly CtPair[];
  readonly data: SurvivalData;
  readonly folds: Int32Array;
  /** Centres of the spheres, x, y, z, of each patient's two CTs. */
  readonly centres: readonly {
    readonly baseline: readonly number[];
    readonly postoperative: readonly number[];
  }[];
}

const drawSphere = (tensor: Float32Array, n: number, radius: number, random: Random): readonly number[] => {
  const centre = [0, 0, 0].map(() => n / 2 + (n / 4) * (2 * random.uniform() - 1));
  for (let i = 0; i < tensor.length; i++) {
    const [x, y, z] = [i % n, Math.floor(i / n) % n, Math.floor(i / n ** 2)];
    const distance = Math.hypot(x - centre[0]!, y - centre[1]!, z - centre[2]!);
    // A soft edge: a fraction of a voxel counts.
    const share = Math.min(1, Math.max(0, radius - distance + 0.5));
    tensor[i] = tensor[i]! * (1 - share) + 0.9 * share;
  }
  return centre;
};

/**
 * Patients with two noisy cubes each and times to an event. With `effect` above 0 each cube holds a bright sphere
 * whose radius follows a latent value, and so does the log hazard, by that much an SD; otherwise times know nothing of
 * the cubes. Entry between 1 and 3 months, censored between 12 and 48.
 */
export function ctCohort({
  patients,
  sizeVoxels: n,
  effect,
  seed,
}: {
  readonly patients: number;
  readonly sizeVoxels: number;
  readonly effect: number;
  readonly seed: number;
}): CtCohort {
  const random = createRandom(seed);
  const [entry, time] = [new Float64Array(patients), new Float64Array(patients)];
  const event = new Uint8Array(patients);
  const centres: CtCohort['centres'][number][] = [];
  const pairs = Array.from({ length: patients }, (_, patient) => {
    const own = random.fork(patient);
    const latent = own.normal();
    const [baseline, postoperative] = [sharedTensor(n), sharedTensor(n)];
    for (const tensor of [baseline, postoperative])
      for (let i = 0; i < tensor.length; i++) tensor[i] = Math.min(1, Math.max(0, 0.3 + 0.1 * own.normal()));
    const radius = (n / 24) * Math.min(6, Math.max(1, 3.5 + 1.2 * latent));
    if (effect > 0)
      centres.push({
        baseline: drawSphere(baseline, n, radius, own),
        postoperative: drawSphere(postoperative, n, radius, own),
      });
    entry[patient] = 1 + 2 * own.uniform();
    const until = own.exponential() / (0.03 * Math.exp(effect * latent));
    const seen = 12 + 36 * own.uniform();
    time[patient] = entry[patient] + Math.min(until, seen);
    event[patient] = Number(until <= seen);
    return { patient, baseline, postoperative };
  });
  const order = random.shuffle([...Array(patients).keys()]).sort((a, b) => event[a]! - event[b]!);
  const folds = new Int32Array(patients);
  order.forEach((patient, k) => (folds[patient] = k % 5));
  return { pairs, data: { entry, time, event }, folds, centres };
}

/** A cohort and settings that train in a second: searching and refitting. */
export const SMALL: CtTrainingSettings = {
  ...QUICK_CT_SETTINGS,
  network: { ...QUICK_CT_SETTINGS.network, sizeVoxels: 12 },
  epochs: 3,
  refit: true,
};
export const smallCohort = (): CtCohort => ctCohort({ patients: 45, sizeVoxels: 12, effect: 1, seed: 3 });
