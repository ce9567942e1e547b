import { describe, expect, it } from 'vitest';
import { createAugmenter } from '../../../src/learning/ct/augment.ts';
import type { CtAugmentation } from '../../../src/learning/ct/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';

const NONE: CtAugmentation = {
  shiftVoxels: 0,
  rotationDegrees: 0,
  logScale: 0,
  wholeVoxelShare: 0,
  flipProbability: 0,
  gain: 0,
  offset: 0,
  noise: 0,
};

const N = 12;

const noiseImage = (seed: number): Float32Array => {
  const random = createRandom(seed);
  return new Float32Array(N ** 3).map(() => random.uniform());
};

const changed = (image: Float32Array, settings: Partial<CtAugmentation>, seed = 1, n = N): Float32Array => {
  const to = new Float32Array(n ** 3).fill(NaN);
  createAugmenter(n, { ...NONE, ...settings })(image, to, createRandom(seed));
  return to;
};

const at = (image: Float32Array, x: number, y: number, z: number, n = N): number =>
  image[x + n * (y + n * z)]!;

describe('augment moves', () => {
  it.each([0, 1])('nothing where every setting is 0, interpolated or copied (%d)', (wholeVoxelShare) => {
    const image = noiseImage(1);
    expect(changed(image, { wholeVoxelShare })).toEqual(image);
  });

  it.each([0, 1])('left to right along x, and no other axis (%d)', (wholeVoxelShare) => {
    const image = noiseImage(2);
    const flipped = changed(image, { flipProbability: 1, wholeVoxelShare });
    const mirrored = image.map((_, i) =>
      at(image, N - 1 - (i % N), Math.floor(i / N) % N, Math.floor(i / N ** 2)),
    );
    expect(flipped).toEqual(mirrored);
  });

  it('by whole voxels without changing a value, along each axis, filling up with 0', () => {
    const image = noiseImage(3);
    const moves = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const moved = changed(image, { shiftVoxels: 2, wholeVoxelShare: 1 }, seed);
      const value = at(image, 6, 6, 6);
      const found = moved.indexOf(value);
      const [x, y, z] = [found % N, Math.floor(found / N) % N, Math.floor(found / N ** 2)];
      for (const d of [x, y, z]) expect(Math.abs(d - 6)).toBeLessThanOrEqual(2);
      // The whole image went along: [place in the moved one] = [place in the image] + (x - 6, ...)
      for (let i = 0; i < N ** 3; i++) {
        const from = [i % N, Math.floor(i / N) % N, Math.floor(i / N ** 2)] as const;
        const source = [from[0] - (x - 6), from[1] - (y - 6), from[2] - (z - 6)] as const;
        const inside = source.every((c) => c >= 0 && c < N);
        expect(moved[i]).toBe(inside ? at(image, ...source) : 0);
      }
      moves.add([x, y, z].join());
    }
    expect(moves.size).toBeGreaterThan(15);
  });

  it('by parts of voxels exactly where an image is linear', () => {
    const image = new Float32Array(N ** 3).map((_, i) => 0.2 + 0.03 * (i % N));
    const moved = changed(image, { shiftVoxels: 1 }, 5);
    const shift = (at(moved, 6, 6, 6) - at(image, 6, 6, 6)) / 0.03;
    expect(Math.abs(shift)).toBeLessThanOrEqual(1);
    expect(shift % 1).not.toBeCloseTo(0, 2);
    for (let x = 2; x < N - 2; x++)
      expect(at(moved, x, 5, 7)).toBeCloseTo(at(image, x, 5, 7) + 0.03 * shift, 5);
  });

  it('by rotations and scalings about the centre: a gradient turns, and its length changes by the scale', () => {
    const n = 17;
    const slope = [0.01, -0.02, 0.015] as const;
    const image = new Float32Array(n ** 3).map(
      (_, i) =>
        0.5 +
        slope[0] * ((i % n) - 8) +
        slope[1] * ((Math.floor(i / n) % n) - 8) +
        slope[2] * (Math.floor(i / n ** 2) - 8),
    );
    const length = Math.hypot(...slope);
    const lengths: number[] = [];
    for (let seed = 0; seed < 30; seed++) {
      for (const logScale of [0, 0.2]) {
        const moved = changed(image, { rotationDegrees: 20, logScale }, seed, n);
        const pixel = (x: number, y: number, z: number): number => at(moved, x, y, z, n);
        const turned = [
          pixel(9, 8, 8) - pixel(8, 8, 8),
          pixel(8, 9, 8) - pixel(8, 8, 8),
          pixel(8, 8, 9) - pixel(8, 8, 8),
        ] as const;
        expect(pixel(8, 8, 8)).toBeCloseTo(0.5, 6);
        // Linear still: the corner of an inner cube follows from the slope.
        expect(pixel(11, 6, 10)).toBeCloseTo(0.5 + 3 * turned[0] - 2 * turned[1] + 2 * turned[2], 5);
        const ratio = Math.hypot(...turned) / length;
        if (logScale === 0) expect(ratio).toBeCloseTo(1, 4);
        else lengths.push(Math.log(ratio));
        const cosine = slope.reduce((sum, s, k) => sum + s * turned[k]!, 0) / (length * length * ratio);
        // Three turns of at most 20 degrees are at most one of 60.
        expect(Math.acos(Math.min(1, cosine))).toBeLessThanOrEqual((60.01 * Math.PI) / 180);
        expect(cosine).toBeLessThan(0.99999);
      }
    }
    expect(Math.max(...lengths.map(Math.abs))).toBeLessThanOrEqual(0.2001);
    expect(Math.min(...lengths)).toBeLessThan(-0.1);
    expect(Math.max(...lengths)).toBeGreaterThan(0.1);
  });
});

describe('augment changes values', () => {
  it('by white noise of the SD told', () => {
    const noisy = changed(new Float32Array(N ** 3).fill(0.5), { noise: 0.05, wholeVoxelShare: 1 });
    const mean = noisy.reduce((sum, v) => sum + v, 0) / noisy.length;
    const sd = Math.sqrt(noisy.reduce((sum, v) => sum + (v - mean) ** 2, 0) / noisy.length);
    expect(mean).toBeCloseTo(0.5, 2);
    expect(Math.abs(sd / 0.05 - 1)).toBeLessThan(0.06);
    const lagged = noisy.reduce((sum, v, i) => sum + (v - mean) * ((noisy[i + 1] ?? mean) - mean), 0);
    expect(Math.abs(lagged / noisy.length / sd ** 2)).toBeLessThan(0.08);
  });

  it('by one factor and one offset an image, within their bounds', () => {
    const image = noiseImage(4).map((v) => 0.3 + 0.3 * v);
    for (let seed = 0; seed < 20; seed++) {
      const moved = changed(image, { gain: 0.1, offset: 0.05, wholeVoxelShare: 1 }, seed);
      const gain = (moved[1]! - moved[0]!) / (image[1]! - image[0]!);
      const offset = moved[0]! - gain * image[0]!;
      expect(Math.abs(gain - 1)).toBeLessThanOrEqual(0.1001);
      expect(Math.abs(offset)).toBeLessThanOrEqual(0.0501);
      moved.forEach((v, i) => {
        expect(v).toBeCloseTo(gain * image[i]! + offset, 4);
      });
    }
  });

  it('never beyond the window', () => {
    const moved = changed(noiseImage(5), { gain: 0.5, offset: 0.5, noise: 0.3 }, 3);
    expect(moved.every((v) => v >= 0 && v <= 1)).toBe(true);
  });

  it('the same way for the same stream, another way for another', () => {
    const image = noiseImage(6);
    const all = { shiftVoxels: 2, rotationDegrees: 8, logScale: 0.1, gain: 0.1, offset: 0.02, noise: 0.02 };
    expect(changed(image, all, 7)).toEqual(changed(image, all, 7));
    expect(changed(image, all, 7)).not.toEqual(changed(image, all, 8));
  });
});
