import { describe, expect, it } from 'vitest';
import type { CtTensorSpec, Lungs, Vector3 } from '../../../src/modalities/radiomics/contract.ts';
import { segmentLungs } from '../../../src/modalities/radiomics/lungs/segment.ts';
import { ctTensor, DEFAULT_TENSOR_SPEC, withMargin } from '../../../src/modalities/radiomics/lungs/tensor.ts';
import { ball, chestPhantom, leftLung } from '../../support/chest-phantom.ts';

const volume = chestPhantom({ noiseHu: 0 });
const lungs = segmentLungs(volume);
const tensor = ctTensor(volume, lungs, DEFAULT_TENSOR_SPEC);
const N = 64;

/** The value of a tensor nearest to a point in millimetres. */
const at = ({ data, originMm, spec }: typeof tensor, mm: Vector3): number => {
  const [x, y, z] = mm.map((value, axis) => Math.round((value - originMm[axis]!) / spec.spacingMm)) as [
    number,
    number,
    number,
  ];
  return data[x + spec.sizeVoxels * (y + spec.sizeVoxels * z)]!;
};
const windowed = (hu: number): number => (hu + 1000) / 1400;

describe('ctTensor', () => {
  it('has the values of the place: x to the left, y to the back, z to the head', () => {
    const marked = chestPhantom({
      noiseHu: 0,
      more: [ball([-75, 0, 200], 14, -300), ball([75, 0, 200], 14, 100), ball([75, 40, 165], 14, -600)],
    });
    const got = ctTensor(marked, segmentLungs(marked), DEFAULT_TENSOR_SPEC);
    expect(at(got, [-75, 0, 200])).toBeCloseTo(windowed(-300), 3);
    expect(at(got, [75, 0, 200])).toBeCloseTo(windowed(100), 3);
    expect(at(got, [75, 40, 165])).toBeCloseTo(windowed(-600), 3);
    expect(at(got, [75, -40, 165])).toBeCloseTo(windowed(-850), 3);
  });

  it('is centred on the box of the lungs', () => {
    const { first, last } = lungs.box;
    for (const axis of [0, 1, 2] as const) {
      const middle = volume.originMm[axis] + ((first[axis] + last[axis]) / 2) * volume.spacingMm[axis];
      expect(tensor.originMm[axis] + 31.5 * 5).toBeCloseTo(middle, 9);
    }
    expect(tensor.data.length).toBe(N ** 3);
    expect(tensor.cropped).toBe(false);
  });

  it('is 0 outside of box and margin and nowhere else in the body, and within 0..1', () => {
    const { first, last } = lungs.box;
    let [insideZeros, outsideValues] = [0, 0];
    for (const [i, value] of tensor.data.entries()) {
      const voxel = [i % N, Math.floor(i / N) % N, Math.floor(i / N / N)];
      const isKept = voxel.every((v, axis) => {
        const mm = tensor.originMm[axis]! + v * 5;
        const low = volume.originMm[axis]! + (first[axis]! - 0.5) * volume.spacingMm[axis]! - 10;
        const high = volume.originMm[axis]! + (last[axis]! + 0.5) * volume.spacingMm[axis]! + 10;
        return mm >= low && mm <= high;
      });
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
      if (isKept) insideZeros += Number(value === 0);
      else outsideValues += Number(value !== 0);
    }
    expect(outsideValues).toBe(0);
    // Open air beside the body and the windpipe.
    expect(insideZeros).toBeLessThan(0.1 * N ** 3);
  });

  it('says that lungs and margin did not fit', () => {
    const small: CtTensorSpec = { ...DEFAULT_TENSOR_SPEC, sizeVoxels: 48 };
    const got = ctTensor(volume, lungs, small);
    expect(got.cropped).toBe(true);
    expect(got.data.length).toBe(48 ** 3);
    const { first, last } = lungs.box;
    const longest = Math.max(...[0, 1, 2].map((a) => (last[a]! - first[a]! + 1) * volume.spacingMm[a]! + 20));
    expect(ctTensor(volume, lungs, { ...small, sizeVoxels: 50, spacingMm: longest / 50 }).cropped).toBe(
      false,
    );
    expect(ctTensor(volume, lungs, { ...small, sizeVoxels: 50, spacingMm: longest / 50.1 }).cropped).toBe(
      true,
    );
  });

  it('has the place of a lung that is missing', () => {
    const after = chestPhantom({ noiseHu: 0, lungs: [leftLung()], more: [ball([-75, 0, 165], 20, 300)] });
    const one = segmentLungs(after);
    expect(one.volumeMl.right).toBe(0);
    expect(at(ctTensor(after, one, DEFAULT_TENSOR_SPEC), [-75, 0, 165])).toBeCloseTo(windowed(300), 3);
    const { chestBox, ...without } = one;
    expect(chestBox?.last).toEqual(one.box.last);
    expect(at(ctTensor(after, without, DEFAULT_TENSOR_SPEC), [-75, 0, 165])).toBe(0);
    expect(lungs.chestBox).toBeUndefined();
  });
});

describe('withMargin', () => {
  const some: Lungs['box'] = { first: [5, 1, 40], last: [100, 94, 83] };
  it('adds whole voxels that cover the margin, and ends with the volume', () => {
    expect(withMargin(volume, some, 10)).toEqual({ first: [1, 0, 37], last: [104, 95, 83] });
    expect(withMargin(volume, some, 0)).toEqual(some);
  });
});
