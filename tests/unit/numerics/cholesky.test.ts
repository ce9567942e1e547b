import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cholesky, choleskyInverse, choleskySolve, createRandom } from '../../../src/numerics/index.ts';

describe('cholesky', () => {
  it('factors [[4, 2], [2, 3]] into [[2, 0], [1, sqrt 2]]', () => {
    const factor = cholesky(Float64Array.of(4, 2, 2, 3), 2);
    expect([...factor.lower]).toEqual([2, 0, 1, Math.SQRT2]);
    // 4 x + 2 y = 8, 2 x + 3 y = 8: x = 1, y = 2.
    const solution = choleskySolve(factor, Float64Array.of(8, 8));
    expect(solution[0]).toBeCloseTo(1, 14);
    expect(solution[1]).toBeCloseTo(2, 14);
  });

  it('names the column that depends on those before it', () => {
    // Column 2 = column 0 + column 1 of a Gram matrix of (1,0), (0,1), (1,1).
    expect(cholesky(Float64Array.of(1, 0, 1, 0, 1, 1, 1, 1, 2), 3).singularColumn).toBe(2);
    expect(cholesky(Float64Array.of(0), 1).singularColumn).toBe(0);
    expect(cholesky(Float64Array.of(NaN), 1).singularColumn).toBe(0);
  });

  it('inverts Gram matrices', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 6 }), (seed, size) => {
        const random = createRandom(seed);
        const rows = Array.from({ length: size + 10 }, () =>
          Array.from({ length: size }, () => random.normal()),
        );
        const gram = Float64Array.from({ length: size * size }, (_, at) =>
          rows.reduce((sum, row) => sum + row[Math.floor(at / size)]! * row[at % size]!, 0),
        );
        const inverse = choleskyInverse(cholesky(gram, size));
        for (let at = 0; at < size * size; at++) {
          const [i, j] = [Math.floor(at / size), at % size];
          let product = 0;
          for (let k = 0; k < size; k++) product += gram[i * size + k]! * inverse[k * size + j]!;
          expect(product).toBeCloseTo(i === j ? 1 : 0, 9);
        }
      }),
    );
  });
});
