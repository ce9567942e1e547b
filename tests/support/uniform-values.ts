/** Uniform float32 values by the generator that fixtures/autodiff.py has: x <- 1664525 x + 1013904223 (mod 2^32). */
export function uniformValues(seed: number, shape: readonly number[], low = -1, high = 1): Float32Array {
  let x = seed >>> 0;
  const values = new Float32Array(shape.reduce((product, d) => product * d, 1));
  for (let i = 0; i < values.length; i++) {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0;
    values[i] = low + (high - low) * (x / 2 ** 32);
  }
  return values;
}
