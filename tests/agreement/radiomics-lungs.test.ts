import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { CtVolume, Lungs, Vector3 } from '../../src/modalities/radiomics/contract.ts';
import { segmentLungs } from '../../src/modalities/radiomics/lungs/segment.ts';
import { ctTensor, DEFAULT_TENSOR_SPEC, withMargin } from '../../src/modalities/radiomics/lungs/tensor.ts';
import { runPython } from '../setup/python.ts';
import { describeWith, describeWithData } from '../setup/requires.ts';
import { outlinesOf, type Outline } from './fixtures/lidc.ts';

interface Read {
  readonly size: [number, number, number];
  readonly spacingMm: [number, number, number];
  readonly originMm: [number, number, number];
  /** Of the peer's mask, which has every second row and column. */
  readonly peerSize: [number, number, number];
}

/**
 * The plainest of segmentations: air below -400 HU that does not reach the edge of its slice, the largest piece and
 * any of at least a tenth of it, closed by 3 voxels, holes filled. It takes the windpipe for lung.
 */
const SCRIPT = `
import glob, numpy as np, pydicom
from scipy import ndimage
result = []
for case in d['cases']:
    slices = [pydicom.dcmread(f) for f in glob.glob(case + '/*.dcm')]
    slices.sort(key=lambda s: float(s.ImagePositionPatient[2]))
    hu = np.stack([s.pixel_array * float(s.RescaleSlope) + float(s.RescaleIntercept) for s in slices])
    hu = np.maximum(hu, -1024).astype(np.int16)
    hu.tofile(f'{len(result)}.hu')
    air = hu[:, ::2, ::2] < -400
    planar = np.zeros((3, 3, 3)); planar[1] = ndimage.generate_binary_structure(2, 1)
    areas, _ = ndimage.label(air, planar)
    edge = np.unique(np.concatenate([areas[:, 0].ravel(), areas[:, -1].ravel(), areas[:, :, 0].ravel(), areas[:, :, -1].ravel()]))
    pieces, count = ndimage.label(air & ~np.isin(areas, edge))
    sizes = np.bincount(pieces.ravel()); sizes[0] = 0
    lungs = np.isin(pieces, np.flatnonzero(sizes >= 0.1 * sizes.max()))
    lungs |= ndimage.binary_closing(np.pad(lungs, 4), planar, iterations=3)[4:-4, 4:-4, 4:-4]
    holes, _ = ndimage.label(~lungs)
    lungs = holes != holes[0, 0, 0]
    lungs.astype(np.uint8).tofile(f'{len(result)}.lungs')
    first, second = slices[0], slices[1]
    z = float(first.ImagePositionPatient[2])
    result.append(dict(size=hu.shape[::-1], peerSize=lungs.shape[::-1],
        spacingMm=[float(first.PixelSpacing[1]), float(first.PixelSpacing[0]), float(second.ImagePositionPatient[2]) - z],
        originMm=[float(v) for v in first.ImagePositionPatient]))
`;

const CASES = [
  { name: 'LIDC-IDRI-0001', xml: '069.xml' },
  { name: 'LIDC-IDRI-0003', xml: '072.xml' },
];

interface Case {
  readonly volume: CtVolume;
  readonly lungs: Lungs;
  readonly peer: Uint8Array;
  readonly outlines: readonly Outline[];
}

const bytes = (file: string): ArrayBuffer => new Uint8Array(readFileSync(file)).buffer;

/** 2 |A and B| / (|A| + |B|) on every second row and column. */
function dice({ volume: { size }, lungs: { mask }, peer }: Case): number {
  let [shared, sum] = [0, 0];
  for (let at = 0, row = 0; row < size[1] * size[2]; row++) {
    if ((row % size[1]) % 2 === 1) continue;
    for (let x = 0; x < size[0]; x += 2, at++) {
      const own = mask[row * size[0] + x]!;
      shared += own & peer[at]!;
      sum += own + peer[at]!;
    }
  }
  return (2 * shared) / sum;
}

const within = (p: readonly number[], first: readonly number[], last: readonly number[]): boolean =>
  p.every((value, axis) => value >= first[axis]! && value <= last[axis]!);

describeWithData('lungs of LIDC-IDRI', (data) => {
  describeWith('python', 'beside scipy and four radiologists', (python) => {
    const cases: Case[] = [];
    beforeAll(async () => {
      const folders = CASES.map(({ name }) => path.join(data, 'dicom', name));
      const read = (result: Read[], folder: string): Read[] => {
        for (const [i, { size, spacingMm, originMm }] of result.entries()) {
          const hu = new Int16Array(bytes(path.join(folder, `${i}.hu`)));
          const volume: CtVolume = { hu, size, spacingMm, originMm, corrections: [], paddedVoxels: 0 };
          const peer = new Uint8Array(bytes(path.join(folder, `${i}.lungs`)));
          const outlines = outlinesOf(readFileSync(path.join(folders[i]!, CASES[i]!.xml), 'utf8'), volume);
          cases.push({ volume, peer, outlines, lungs: segmentLungs(volume) });
        }
        return result;
      };
      await runPython<Read[]>(python, SCRIPT, { cases: folders }, read);
    });

    it.each([0, 1])("volumes are a human being's, and the mask is the peer's (case %i)", (i) => {
      const { right, left } = cases[i]!.lungs.volumeMl;
      expect(right + left).toBeGreaterThan(2000);
      expect(right + left).toBeLessThan(8000);
      expect(right / left).toBeGreaterThan(0.8);
      expect(right / left).toBeLessThan(1.4);
      expect(dice(cases[i]!)).toBeGreaterThan(0.97);
    });

    it.each([0, 1])(
      'the crop has every nodule that a radiologist drew, and the tensor too (case %i)',
      (i) => {
        const { volume, lungs, outlines } = cases[i]!;
        expect(outlines.length).toBeGreaterThan(3);
        const { first, last } = withMargin(volume, lungs.box, DEFAULT_TENSOR_SPEC.marginMm);
        const tensor = ctTensor(volume, lungs, DEFAULT_TENSOR_SPEC);
        const { originMm, spec } = tensor;
        for (const { edge } of outlines) {
          for (const voxel of edge) {
            expect(within(voxel, first, last)).toBe(true);
            const mm = voxel.map((value, axis) => volume.originMm[axis]! + value * volume.spacingMm[axis]!);
            const at = mm.map(
              (value, axis) => (value - originMm[axis]!) / spec.spacingMm,
            ) as unknown as Vector3;
            expect(within(at, [-0.5, -0.5, -0.5], [63.5, 63.5, 63.5])).toBe(true);
          }
        }
      },
    );

    it.each([0, 1])('the mask has 99 of 100 voxels of the nodules (case %i)', (i) => {
      const { volume, lungs, outlines } = cases[i]!;
      const [nx, ny] = volume.size;
      for (const { inside } of outlines) {
        const inMask = inside.reduce((sum, [x, y, z]) => sum + lungs.mask[x + nx * (y + ny * z)]!, 0);
        if (inside.length > 0) expect(inMask / inside.length).toBeGreaterThan(0.99);
      }
    });
  });
});
