import { createRandom } from '../../../../src/numerics/index.ts';
import type { SurvivalData } from '../../../../src/survival/index.ts';

export interface MadeOptions {
  /** Share of values that are missing. */
  readonly missing?: number;
  /** Values are rounded to so many steps a unit, so that there are ties. */
  readonly steps?: number;
}

/** Features, and outcomes that hang on the first two: the earlier and the likelier class 1, the higher they are. */
export function madeData(n: number, columns: number, seed: number, { missing = 0, steps }: MadeOptions = {}) {
  const random = createRandom(seed);
  const x = new Float64Array(n * columns).map(() => {
    const value = random.normal();
    return steps === undefined ? value : Math.round(value * steps) / steps;
  });
  const time = new Float64Array(n);
  const event = new Uint8Array(n);
  const labels = new Int32Array(n);
  for (let row = 0; row < n; row++) {
    const risk = (x[row * columns] ?? 0) + (columns > 1 ? (x[row * columns + 1] ?? 0) / 2 : 0);
    const until = random.exponential() * Math.exp(-risk);
    const censored = random.exponential() * 2;
    time[row] = Math.min(until, censored) + 1e-6;
    event[row] = Number(until <= censored);
    labels[row] = Number(risk + 0.7 * random.normal() > 0) + Number(risk > 1.5);
  }
  for (let i = 0; i < x.length; i++) if (random.uniform() < missing) x[i] = NaN;
  const data: SurvivalData = { time, event };
  return { x, columns, data, labels, classes: 3 };
}
