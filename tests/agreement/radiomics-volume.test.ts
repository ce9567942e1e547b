/** Volumes of real series: what pydicom with NumPy and what dcm2niix make of them, to the last bit. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CtVolume, DicomImage, Vector3 } from '../../src/modalities/radiomics/contract.ts';
import { readDicom } from '../../src/modalities/radiomics/dicom/index.ts';
import { buildVolume, type VolumeOptions } from '../../src/modalities/radiomics/volume/build-volume.ts';
import { run } from '../setup/programs.ts';
import { runPython } from '../setup/python.ts';
import { describeWith, describeWithData } from '../setup/requires.ts';

const IN_DATA = {
  'LIDC-IDRI-0001': 'dicom/LIDC-IDRI-0001',
  'LIDC-IDRI-0003': 'dicom/LIDC-IDRI-0003',
  CT5N: 'dicom/pydicom/src/pydicom/data/test_files/dicomdirtests/98892001/CT5N',
} as const;
/** Written from sixteen slices of LIDC-IDRI-0001: other ways round, other ways to store the same values. */
const WRITTEN = ['plain', 'prone', 'transposed', 'unsigned', 'fractional'] as const;
const SERIES = [...Object.keys(IN_DATA), ...WRITTEN];
/** Parts of the GE head series with even distances, and sixteen slices moved to uneven ones. */
const UNEVEN_MM = [0, 2, 4, 5.5, 8, 9, 11, 13, 14.5, 17, 19, 21, 23, 25, 27, 29];

const SCRIPT = `
import glob, os
import numpy as np, pydicom
from pydicom.uid import generate_uid

def load(folder):
    sets = [pydicom.dcmread(f) for f in glob.glob(folder + '/*') if not f.endswith(('.xml', '.csv', '.txt'))]
    return sorted(sets, key=lambda s: float(s.ImagePositionPatient[2]))

def volume(sets):
    """HU (z, y, x), z to the head, y to the back, x to the left; axial slices of any way round."""
    rows, columns = np.round(np.array(sets[0].ImageOrientationPatient, float)).reshape(2, 3).astype(int)
    stack = np.stack([s.pixel_array * float(s.RescaleSlope) + float(s.RescaleIntercept) for s in sets])
    if rows[1] != 0:
        stack = stack.transpose(0, 2, 1)
        rows, columns = columns, rows
    return np.ascontiguousarray(stack[:, ::columns[1], ::rows[0]].astype('<f4'))

def write(name, sets):
    os.makedirs(os.path.join(d['out'], name))
    for k, s in enumerate(sets):
        # names in another order than slices
        s.save_as(os.path.join(d['out'], name, '%03d.dcm' % ((k * 7) % 1009)))

def turned(s, pixels, orientation, first):
    row, column = first
    at = np.array(s.ImagePositionPatient, float) + np.array([column * float(s.PixelSpacing[1]), row * float(s.PixelSpacing[0]), 0])
    s.PixelData = np.ascontiguousarray(pixels).tobytes()
    s.ImageOrientationPatient, s.ImagePositionPatient = orientation, ['%.6f' % v for v in at]
    return s

some = lambda: load(d['series']['LIDC-IDRI-0001'])[40:56]
write('plain', some())
write('prone', [turned(s, s.pixel_array[::-1, ::-1], [-1, 0, 0, 0, -1, 0], (511, 511)) for s in some()])
write('transposed', [turned(s, s.pixel_array.T, [0, 1, 0, 1, 0, 0], (0, 0)) for s in some()])

def stored(s, values, dtype, slope, intercept):
    s.PixelData, s.RescaleSlope, s.RescaleIntercept = values.astype(dtype).tobytes(), slope, intercept
    s.PixelRepresentation = 0 if dtype == '<u2' else 1
    del s.PixelPaddingValue
    return s
# Each slice has an intercept of its own.
write('unsigned', [stored(s, s.pixel_array.astype(int) + 2048 + k, '<u2', 1, -3072 - k) for k, s in enumerate(some())])
write('fractional', [stored(s, s.pixel_array.astype(int) * 2 + 1, '<i2', 0.5, -1024) for s in some()])

for name in d['names']:
    volume(load(d['series'].get(name, os.path.join(d['out'], name)))).tofile(os.path.join(d['out'], name + '.raw'))

head = load(d['head'])
write('head-4mm', head[:14])
write('head-7mm', head[14:])
moved = some()
for s, z in zip(moved, d['uneven']):
    s.ImagePositionPatient[2] = -240 + z
write('uneven', moved)
even = np.arange(0, d['uneven'][-1] + 1e-6, 2)
slices = volume(moved)
at = np.clip(np.searchsorted(d['uneven'], even, side='right') - 1, 0, len(slices) - 2)
low = np.array(d['uneven'])[at]
share = ((even - low) / (np.array(d['uneven'])[at + 1] - low))[:, None, None]
(slices[at] * (1 - share) + slices[at + 1] * share).astype('<f4').tofile(os.path.join(d['out'], 'uneven.raw'))
result = None
`;

const readSeries = (folder: string): DicomImage[] =>
  readdirSync(folder)
    .filter((name) => !/\.(xml|csv|txt)$/.test(name))
    .map((name) => readDicom(readFileSync(path.join(folder, name))));

const floats = (bytes: Buffer): Float32Array =>
  new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));

/** The first voxel that differs, or that none does: a matcher would print millions. */
const firstDifference = (ours: ArrayLike<number>, theirs: ArrayLike<number>): string => {
  if (ours.length !== theirs.length) return `${String(ours.length)} and ${String(theirs.length)} voxels`;
  for (let i = 0; i < ours.length; i++)
    if (ours[i] !== theirs[i]) return `voxel ${String(i)}: ${String(ours[i])}, not ${String(theirs[i])}`;
  return 'none';
};

interface Nifti {
  readonly size: Vector3;
  readonly spacingMm: Vector3;
  readonly hu: Float32Array;
}

/**
 * A NIfTI-1 file as dcm2niix writes it, turned to LPS: the affine (srow_*, to RAS) tells which way round each axis
 * goes. @see https://nifti.nimh.nih.gov/nifti-1
 */
function readNifti(file: string): Nifti {
  const bytes = readFileSync(file);
  const dims = [42, 44, 46].map((at) => bytes.readInt16LE(at));
  const pixdim = [80, 84, 88].map((at) => bytes.readFloatLE(at));
  const type = bytes.readInt16LE(70);
  const [slope, intercept] = [bytes.readFloatLE(112), bytes.readFloatLE(116)];
  const data = bytes.buffer.slice(bytes.byteOffset + bytes.readFloatLE(108), bytes.byteOffset + bytes.length);
  const stored = { 4: Int16Array, 16: Float32Array, 512: Uint16Array }[type];
  if (stored === undefined) throw new Error(`datatype ${String(type)}`);
  const values = new stored(data);
  // For each of the file's axes the patient's that is nearest, and whether it runs against it. RAS: x and y the other way.
  const nearest = [0, 4, 8].map((column, from) => {
    const cosines = [280, 296, 312].map((row) => bytes.readFloatLE(row + column));
    const axis = cosines.map(Math.abs).indexOf(Math.max(...cosines.map(Math.abs)));
    return { from, axis, against: cosines[axis]! < 0 !== axis < 2 };
  });
  const axes = [0, 1, 2].map((axis) => nearest.find((one) => one.axis === axis)!);
  const size = axes.map(({ from }) => dims[from]!) as unknown as Vector3;
  const steps = [1, dims[0]!, dims[0]! * dims[1]!];
  const hu = new Float32Array(values.length);
  const index = (axis: number, k: number): number => {
    const { from, against } = axes[axis]!;
    return steps[from]! * (against ? dims[from]! - 1 - k : k);
  };
  let to = 0;
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++)
        hu[to++] = values[index(0, x) + index(1, y) + index(2, z)]! * slope + intercept;
  return { size, spacingMm: axes.map(({ from }) => pixdim[from]!) as unknown as Vector3, hu };
}

describeWithData('the LIDC series with something wrong', (data) => {
  const [images, others] = ['LIDC-IDRI-0001', 'LIDC-IDRI-0003'].map((name) =>
    readSeries(path.join(data, 'dicom', name)),
  ) as [DicomImage[], DicomImage[]];
  const changed = (k: number, change: object): DicomImage[] =>
    images.with(k, { ...images[k]!, slices: images[k]!.slices.map((slice) => ({ ...slice, ...change })) });

  it.each<[string, DicomImage[], string]>([
    ['half of its files', images.slice(0, 66), 'CT_SLICES_MISSING'],
    ['two slices removed', images.toSpliced(40, 2), 'CT_SLICES_MISSING'],
    [
      'one slice twice, with the pixels of another',
      [...images, { ...images[7]!, decode: (frame) => images[8]!.decode(frame) }],
      'CT_SLICES_DUPLICATE',
    ],
    ['one rotated', changed(60, { rowDirection: [0, 1, 0], columnDirection: [-1, 0, 0] }), 'CT_SERIES_MIXED'],
    ['one of another series', changed(60, { seriesInstanceUid: '2.25.1' }), 'CT_SERIES_MIXED'],
    ['one of another patient', [...images, others[0]!], 'CT_SERIES_MIXED'],
  ])('%s', async (_title, series, code) => {
    await expect(buildVolume(series)).rejects.toMatchObject({ code });
  });

  it('one file twice: used once, flagged', async () => {
    const twice = await buildVolume([...images, images[7]!]);
    expect(twice.corrections).toEqual(['identical-duplicates']);
    expect(firstDifference(twice.hu, (await buildVolume(images)).hu)).toBe('none');
  });
});

describeWithData('volumes', (data) => {
  describeWith('python', 'beside pydicom and NumPy', (python) => {
    let out = '';
    const folderOf = (name: string): string =>
      name in IN_DATA ? path.join(data, IN_DATA[name as keyof typeof IN_DATA]) : path.join(out, name);
    const ours = (name: string, options?: VolumeOptions): Promise<CtVolume> =>
      buildVolume(readSeries(folderOf(name)), options);
    const theirs = (name: string): Float32Array => floats(readFileSync(path.join(out, `${name}.raw`)));

    beforeAll(async () => {
      out = mkdtempSync(path.join(tmpdir(), 'volumes-'));
      const series = Object.fromEntries(Object.keys(IN_DATA).map((name) => [name, folderOf(name)]));
      const head = path.join(data, 'dicom/ge-head-tilt');
      await runPython(python, SCRIPT, { out, series, names: SERIES, head, uneven: UNEVEN_MM });
    });
    afterAll(() => {
      rmSync(out, { recursive: true, force: true });
    });

    it.each(SERIES)('%s: the same HU in the same place', async (name) => {
      const volume = await ours(name, { padding: 'keep' });
      expect(firstDifference(volume.hu, theirs(name))).toBe('none');
      expect(volume.hu instanceof Int16Array).toBe(name !== 'fractional');
      expect(volume.corrections).toEqual([]);
    });

    it('is one volume, however its slices are turned and stored', async () => {
      const plain = await ours('plain', { padding: 'keep' });
      for (const name of ['prone', 'transposed', 'unsigned']) {
        const volume = await ours(name, { padding: 'keep' });
        expect(firstDifference(volume.hu, plain.hu)).toBe('none');
        for (const axis of [0, 1, 2] as const)
          expect(volume.originMm[axis]).toBeCloseTo(plain.originMm[axis], 5);
        expect({ ...volume, hu: 0, originMm: 0 }).toEqual({ ...plain, hu: 0, originMm: 0 });
      }
    });

    it('has half of a HU where the slope says so', async () => {
      const [plain, half] = [await ours('plain', { padding: 'keep' }), await ours('fractional')];
      // 2 v + 1 stored, slope .5
      expect(
        firstDifference(
          half.hu,
          Float32Array.from(plain.hu, (value) => value + 0.5),
        ),
      ).toBe('none');
    });

    it('interpolates uneven slices as NumPy does, to whole HU', async () => {
      await expect(ours('uneven')).rejects.toMatchObject({ code: 'CT_SLICES_MISSING' });
      const volume = await ours('uneven', { allow: ['uneven-slices'], padding: 'keep' });
      const expected = theirs('uneven');
      expect(volume.corrections).toEqual(['uneven-slices']);
      expect(volume.size).toEqual([512, 512, expected.length / 512 / 512]);
      let worst = 0;
      for (let i = 0; i < expected.length; i++)
        worst = Math.max(worst, Math.abs(volume.hu[i]! - expected[i]!));
      // 1e-3: theirs are float32
      expect(worst).toBeLessThan(0.501);
    });

    describeWith('dcm2niix', 'and beside dcm2niix', (dcm2niix) => {
      /** @param what follows the name: '' for the images as they are, '_Tilt_1' and '_Eq_1' for its corrections */
      const converted = async (name: string, what = ''): Promise<Nifti> => {
        const to = path.join(out, `nifti-${name}`);
        mkdirSync(to, { recursive: true });
        const given = ['-f', 's', '-z', 'n', '-b', 'n', '-w', '1', '-o', to, folderOf(name)];
        const { ok, said } = await run(dcm2niix, given, 60_000);
        if (!ok) throw new Error(said);
        return readNifti(path.join(to, `s${what}.nii`));
      };

      it.each(SERIES)('%s: the same HU, spacing and matrix', async (name) => {
        const [volume, nifti] = [await ours(name, { padding: 'keep' }), await converted(name)];
        expect(volume.size).toEqual(nifti.size);
        for (const axis of [0, 1, 2] as const)
          expect(volume.spacingMm[axis]).toBeCloseTo(nifti.spacingMm[axis], 5);
        expect(firstDifference(volume.hu, nifti.hu)).toBe('none');
      });

      it.each(['head-4mm', 'head-7mm'])(
        '%s: a tilted gantry is refused, or corrected as it does',
        async (name) => {
          await expect(ours(name)).rejects.toMatchObject({
            code: 'CT_GANTRY_TILTED',
            detail: 'By 18.5 degrees.',
          });
          const volume = await ours(name, { allow: ['gantry-tilt'], padding: 'keep' });
          const nifti = await converted(name, '_Tilt_1');
          expect(volume.corrections).toEqual(['gantry-tilt']);
          expect(volume.size).toEqual(nifti.size);
          for (const axis of [0, 1, 2] as const)
            expect(volume.spacingMm[axis]).toBeCloseTo(nifti.spacingMm[axis], 4);
          // It rounds towards zero, we to the nearest. At the edge of the field of view it repeats the scanner's fill (-1500).
          const [nx, ny] = volume.size;
          let [compared, worst] = [0, 0];
          for (let i = nx; i < volume.hu.length - nx; i++) {
            const inside = [i - nx, i, i + nx].every((at) => nifti.hu[at]! > -1500 && volume.hu[at]! > -1024);
            if (!inside || i % (nx * ny) < nx || i % (nx * ny) >= nx * (ny - 1)) continue;
            compared++;
            worst = Math.max(worst, Math.abs(volume.hu[i]! - nifti.hu[i]!));
          }
          expect(compared / volume.hu.length).toBeGreaterThan(0.4);
          expect(worst).toBeLessThanOrEqual(1);
        },
      );

      // Between slices this release of dcm2niix takes other shares than the distances give: 4.6 for 5 between 4 and 5.5.
      it('uneven slices: the same where a slice was measured', async () => {
        const volume = await ours('uneven', { allow: ['uneven-slices'], padding: 'keep' });
        const nifti = await converted('uneven', '_Eq_1');
        expect(nifti.spacingMm[2]).toBe(1);
        const plane = 512 * 512;
        const measured = [0, 2, 4, 8];
        for (const mm of measured)
          expect(
            firstDifference(
              volume.hu.subarray((plane * mm) / 2, plane * (mm / 2 + 1)),
              nifti.hu.subarray(plane * mm, plane * (mm + 1)),
            ),
          ).toBe('none');
      });
    });

    it('the whole head series needs both allowances, and tells both', async () => {
      const images = readSeries(path.join(data, 'dicom/ge-head-tilt'));
      await expect(buildVolume(images)).rejects.toMatchObject({ code: 'CT_GANTRY_TILTED' });
      await expect(buildVolume(images, { allow: ['gantry-tilt'] })).rejects.toMatchObject({
        code: 'CT_SLICES_MISSING',
        detail: 'Distances are between 1.08 and 7.00 mm.',
      });
      const volume = await buildVolume(images, { allow: ['gantry-tilt', 'uneven-slices'] });
      expect(volume.corrections).toEqual(['gantry-tilt', 'uneven-slices']);
      expect(volume.obliqueDegrees).toBeCloseTo(18.5, 3);
      // 144.1 mm along the normal at the median distance
      expect([volume.size[2], volume.spacingMm[2].toFixed(3)]).toEqual([37, '4.002']);
    });
  });
});
