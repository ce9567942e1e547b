import { describe, expect, it } from 'vitest';
import type { CtVolume, Lungs, Vector3 } from '../../../src/modalities/radiomics/contract.ts';
import { segmentLungs } from '../../../src/modalities/radiomics/lungs/segment.ts';
import {
  AIRWAY_LUMEN,
  ball,
  both,
  box,
  type ChestOptions,
  chestPhantom,
  covered,
  ellipsoid,
  leftLung,
  rightLung,
  type Shape,
} from '../../support/chest-phantom.ts';

const lungsOf = (options: ChestOptions = {}): { volume: CtVolume; lungs: Lungs } => {
  const volume = chestPhantom(options);
  return { volume, lungs: segmentLungs(volume) };
};
const code = (volume: CtVolume): string => {
  try {
    segmentLungs(volume);
    return 'found';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};
const share = (volume: CtVolume, lungs: Lungs, shape: Shape): number => {
  const { voxels, inMask } = covered(volume, lungs.mask, shape.holds);
  return inMask / voxels;
};
const isInBox = ({ box: { first, last } }: Lungs, [x, y, z]: Vector3): boolean =>
  x >= first[0] && x <= last[0] && y >= first[1] && y <= last[1] && z >= first[2] && z <= last[2];
const voxelOf = (volume: CtVolume, mm: Vector3): Vector3 => [
  Math.round((mm[0] - volume.originMm[0]) / volume.spacingMm[0]),
  Math.round((mm[1] - volume.originMm[1]) / volume.spacingMm[1]),
  Math.round((mm[2] - volume.originMm[2]) / volume.spacingMm[2]),
];

describe('lungs of a whole chest', () => {
  const plain = lungsOf();
  const air = (shape: Shape, volume: CtVolume): number => {
    const { hu } = volume;
    return covered(
      volume,
      Uint8Array.from(hu, (value) => Number(value < -400 && value > -930)),
      shape.holds,
    ).inMask;
  };

  it('are the right one on the right and the left one on the left, within 5 %', () => {
    const { volume, lungs } = plain;
    expect(lungs.volumeMl.right / (air(rightLung(), volume) * 0.036)).toBeCloseTo(1, 1);
    expect(Math.abs(lungs.volumeMl.right / (air(rightLung(), volume) * 0.036) - 1)).toBeLessThan(0.05);
    expect(Math.abs(lungs.volumeMl.left / (air(leftLung(), volume) * 0.036) - 1)).toBeLessThan(0.05);
  });

  it('have a mask whose voxels are those that are counted, and a box that is its own', () => {
    const { volume, lungs } = plain;
    const counted = lungs.mask.reduce((sum, value) => sum + value, 0);
    expect(lungs.volumeMl.right + lungs.volumeMl.left).toBeCloseTo(counted * 0.036, 6);
    const [nx, ny] = volume.size;
    const at = [...lungs.mask.keys()].filter((i) => lungs.mask[i] === 1);
    const coordinates = [
      at.map((i) => i % nx),
      at.map((i) => Math.floor(i / nx) % ny),
      at.map((i) => Math.floor(i / nx / ny)),
    ];
    const least = (values: number[]): number => values.reduce((a, b) => Math.min(a, b));
    const most = (values: number[]): number => values.reduce((a, b) => Math.max(a, b));
    expect(lungs.box).toEqual({ first: coordinates.map(least), last: coordinates.map(most) });
  });

  it('leave out windpipe and main bronchi, the table with its hollow, and the heart', () => {
    const { volume, lungs } = plain;
    const outsideLungs = (shape: Shape): Shape => ({
      hu: 0,
      holds: (...p) => shape.holds(...p) && !rightLung().holds(...p) && !leftLung().holds(...p),
    });
    for (const lumen of AIRWAY_LUMEN) expect(share(volume, lungs, outsideLungs(lumen))).toBeLessThan(0.02);
    expect(share(volume, lungs, box([-216, 123, 0], [216, 143, 330], 0))).toBe(0);
    expect(share(volume, lungs, ball([10, -25, 130], 25, 0))).toBe(0);
  });

  it('hold the nodules within them, and those at the pleura', () => {
    const within = ball([-75, 20, 180], 9, 40);
    const atPleura = ball([-121, 10, 165], 8, 40);
    const { volume, lungs } = lungsOf({ more: [within, both(atPleura, rightLung())] });
    expect(share(volume, lungs, within)).toBe(1);
    expect(share(volume, lungs, both(atPleura, rightLung()))).toBeGreaterThan(0.9);
    expect(isInBox(lungs, voxelOf(volume, [-121, 10, 165]))).toBe(true);
  });

  it('are told apart where they touch before the heart', () => {
    const junction = box([-35, -55, 180], [40, -48, 230], -850);
    const { lungs } = lungsOf({ more: [junction] });
    expect(Math.abs(lungs.volumeMl.right / plain.lungs.volumeMl.right - 1)).toBeLessThan(0.04);
    expect(Math.abs(lungs.volumeMl.left / plain.lungs.volumeMl.left - 1)).toBeLessThan(0.04);
  });

  it('are the same on a finer grid, which is joined and brought back', () => {
    const { lungs } = lungsOf({ size: [352, 264, 84], spacingMm: [1.1, 1.1, 4] });
    expect(Math.abs(lungs.volumeMl.right / plain.lungs.volumeMl.right - 1)).toBeLessThan(0.03);
    expect(Math.abs(lungs.volumeMl.left / plain.lungs.volumeMl.left - 1)).toBeLessThan(0.03);
  });
});

describe('lungs after surgery, and ill ones', () => {
  const whole = lungsOf().lungs.volumeMl;

  it.each([
    ['right', [leftLung()]],
    ['left', [rightLung()]],
  ] as const)('a missing %s lung has no volume', (side, lungs) => {
    const found = lungsOf({ lungs }).lungs.volumeMl;
    const other = side === 'right' ? 'left' : 'right';
    expect(found[side]).toBe(0);
    expect(Math.abs(found[other] / whole[other] - 1)).toBeLessThan(0.05);
  });

  it('the lung that is left is on its own side, though it reaches across the middle', () => {
    const wide = ellipsoid([50, -10, 165], [75, 75, 115], -880);
    const found = lungsOf({ lungs: [wide], withAirway: false }).lungs.volumeMl;
    expect(found.right).toBe(0);
    expect(found.left).toBeGreaterThan(1000);
  });

  it('a missing lower lobe and fluid in its place make that lung smaller', () => {
    const bed = both(box([-170, -112, 0], [0, 112, 150], 10), rightLung());
    const found = lungsOf({ more: [bed] }).lungs.volumeMl;
    expect(found.right).toBeLessThan(0.7 * whole.right);
    expect(found.right).toBeGreaterThan(0.3 * whole.right);
    expect(Math.abs(found.left / whole.left - 1)).toBeLessThan(0.05);
  });

  it('an effusion is not lung, and what it leaves of the lung is', () => {
    const fluid = both(box([0, -112, 0], [170, 112, 250], 8), leftLung());
    const found = lungsOf({ more: [fluid] }).lungs.volumeMl;
    expect(found.left).toBeGreaterThan(15);
    expect(found.left).toBeLessThan(0.15 * whole.left);
  });

  it('emphysema is lung', () => {
    const found = lungsOf({ lungs: [rightLung(-935), leftLung(-935)], noiseHu: 25 }).lungs.volumeMl;
    expect(Math.abs(found.right / whole.right - 1)).toBeLessThan(0.05);
  });

  it('a consolidation within is lung; bowel and stomach gas below are not', () => {
    const consolidation = ball([75, 20, 200], 20, 20);
    const stomach = ellipsoid([80, -60, 30], [30, 20, 22], -1000);
    const colon = ellipsoid([-60, -85, 20], [40, 12, 18], -1000);
    const { volume, lungs } = lungsOf({ more: [consolidation, stomach, colon] });
    expect(share(volume, lungs, consolidation)).toBeGreaterThan(0.99);
    expect(share(volume, lungs, stomach)).toBe(0);
    expect(share(volume, lungs, colon)).toBe(0);
  });
});

describe('where the field of view ends', () => {
  const whole = lungsOf().lungs.volumeMl;

  it.each([-1024, -2000])('padding of %d around it changes nothing', (paddingHu) => {
    const found = lungsOf({ fieldOfViewMm: 185, paddingHu }).lungs.volumeMl;
    expect(found.right).toBeCloseTo(whole.right, 6);
  });

  it.each([-1024, -2000])(
    'a lung that it cuts loses little more than what is cut (padding of %d)',
    (paddingHu) => {
      const { volume, lungs } = lungsOf({ fieldOfViewMm: 115, paddingHu });
      const seen: Shape = { hu: 0, holds: (x, y, z) => Math.hypot(x, y) < 110 && rightLung().holds(x, y, z) };
      const { voxels, inMask } = covered(volume, lungs.mask, seen.holds);
      const complete = covered(chestPhantom(), lungsOf().lungs.mask, seen.holds);
      expect(voxels).toBe(complete.voxels);
      expect(inMask / complete.inMask).toBeGreaterThan(0.97);
    },
  );

  it('air that a scanner cuts off at -1024 is outside all the same', () => {
    const volume = chestPhantom({ noiseHu: 0 });
    const hu = volume.hu.map((value) => (value === -1000 ? -1024 : value));
    const found = segmentLungs({ ...volume, hu }).volumeMl;
    expect(Math.abs(found.right / whole.right - 1)).toBeLessThan(0.02);
  });
});

describe('CT_NO_LUNGS', () => {
  const filled = (hu: number): CtVolume => ({
    ...chestPhantom({ size: [64, 48, 40] }),
    hu: new Int16Array(64 * 48 * 40).fill(hu),
  });
  it.each<[string, CtVolume]>([
    ['nothing but air', filled(-1000)],
    ['nothing but padding', filled(-1024)],
    ['nothing but water', filled(0)],
    ['an empty volume', { ...filled(0), hu: new Int16Array(0), size: [0, 0, 0] }],
    ['a phantom of water', chestPhantom({ lungs: [], withAirway: false })],
    ['a body without lungs but with an airway', chestPhantom({ lungs: [] })],
    [
      'a head: sinuses',
      chestPhantom({
        lungs: [],
        withAirway: false,
        more: [ball([-30, -60, 200], 22, -1000), ball([30, -60, 200], 22, -1000)],
      }),
    ],
    [
      'an abdomen: gas',
      chestPhantom({ lungs: [], withAirway: false, more: [ellipsoid([60, -60, 150], [45, 40, 90], -1000)] }),
    ],
    ['an abdomen: the lowest part of lungs at its top', chestPhantom({ size: [128, 96, 30] })],
    ['a neck: the tips of lungs at its foot', chestPhantom({ shiftVoxels: [0, 0, -52] })],
  ])('%s', (_, volume) => {
    expect(code(volume)).toBe('CT_NO_LUNGS');
  });
});
