import type { LabelledSamples } from '../../../../src/learning/published/samples.ts';
import { createRandom } from '../../../../src/numerics/index.ts';

/** Log-normal amounts, the first two features higher in cancer; some values missing. Shape (n, features). */
export function madeSamples<M extends string>(
  matrix: M,
  n: number,
  features = 8,
  seed = 1,
): LabelledSamples<M> {
  const random = createRandom(seed);
  const labels = Uint8Array.from({ length: n }, (_, row) => (row % 5 < 3 ? 1 : 0));
  const x = Float64Array.from({ length: n * features }, (_, at) => {
    const [row, column] = [Math.floor(at / features), at % features];
    const shift = column < 2 ? (labels[row] ?? 0) : 0;
    return random.uniform() < 0.03 ? NaN : Math.exp(5 + shift + random.normal());
  });
  return {
    matrix,
    samples: Array.from({ length: n }, (_, row) => `${matrix} ${String(row)}`),
    features: Array.from({ length: features }, (_, column) => `m${String(column)}`),
    x,
    labels,
  };
}
