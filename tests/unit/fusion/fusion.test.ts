import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModalityId } from '../../../src/domain/index.ts';
import {
  interpretLayer,
  layerScores,
  stratumOf,
  subsetName,
  whyNotEstimable,
  type LayerNumbers,
  type RiskLayerSpec,
} from '../../../src/fusion/index.ts';

/** 60 patients at surgery, one fewer each month: month m has 60 - m. */
const atRisk = Array.from({ length: 61 }, (_, month) => 60 - month);
const spec: RiskLayerSpec = {
  modalities: [{ modality: 'metabolomics' }, { modality: 'cfdna' }],
  strataThresholds: [0.1, 0.25],
  landmarkMonths: { from: 0.5, to: 27 },
  minimumAtRisk: 10,
  subsets: { cfdna: { atRisk }, 'metabolomics+cfdna': { atRisk } },
};
const both: readonly ModalityId[] = ['metabolomics', 'cfdna'];
const numbers = (change: Partial<LayerNumbers> = {}): LayerNumbers => ({
  risk: [0.05, 0.12, 0.3],
  interval: [0.02, 0.09, 0.08, 0.2, 0.2, 0.4],
  logHazard: [0.4, -0.1],
  ...change,
});
const horizonsAt = (months: number, change: Partial<LayerNumbers> = {}) => {
  const estimate = interpretLayer(spec, both, months, numbers(change));
  return estimate.status === 'estimated' ? estimate.horizons : [];
};
const FAILED = expect.objectContaining({ code: 'MODEL_RUN_FAILED' }) as Error;

describe('subsets', () => {
  it('are named in the order of cards, whatever the order they come in', () => {
    expect(subsetName(['cfdna', 'metabolomics'])).toBe('metabolomics+cfdna');
    expect(subsetName([])).toBe('');
  });

  it("scores stand in the layer's order, NaN where absent", () => {
    expect([...layerScores(spec, new Map([['cfdna', 1.5]]))]).toEqual([NaN, 1.5]);
    expect([...layerScores(spec, new Map([['radiomics', 9]]))]).toEqual([NaN, NaN]);
  });
});

describe('what can be said at all', () => {
  it.each<[number, readonly ModalityId[], string | undefined]>([
    [0.49, both, 'too-early'],
    [0.5, both, undefined],
    [27, both, undefined],
    [27.01, both, 'too-late'],
    [-1, both, 'too-early'],
    [3, [], 'no-modality'],
    [3, ['cfdna'], undefined],
    [3, ['metabolomics'], 'no-modality'], // no layer was fitted for it
    [3, ['radiomics', 'cfdna'], 'no-modality'],
    [0.1, [], 'too-early'],
  ])('at %f months with %j: %s', (months, subset, reason) => {
    expect(whyNotEstimable(spec, subset, months)?.reason).toBe(reason);
  });
});

describe('horizons', () => {
  it.each([
    // at least ten at risk at t + h: 60 - m >= 10, m <= 50
    [26, 'estimated'], // 26 + 24 = 50
    [25.5, 'estimated'], // 49.5: month 50 still has ten
    [26.01, 'not-estimable'], // 50.01: month 51 has nine
    [27, 'not-estimable'],
  ])('24 months from month %f: %s', (months, status) => {
    const [six, twelve, twentyFour] = horizonsAt(months);
    expect(twentyFour).toMatchObject({ horizonMonths: 24, status });
    expect([six?.status, twelve?.status]).toEqual(['estimated', 'estimated']);
  });

  it('beyond what training saw nothing is estimable, and there is no stratum', () => {
    const estimate = interpretLayer(spec, both, 200, numbers());
    expect(estimate).toMatchObject({
      status: 'estimated',
      horizons: [6, 12, 24].map((horizonMonths) => ({
        horizonMonths,
        status: 'not-estimable',
        reason: 'too-few-at-risk',
      })),
    });
    expect(estimate).not.toHaveProperty('stratum');
  });

  it('hold their own estimate within the interval, and all of it within 0..1', () => {
    const near = fc.double({ min: -1e-4, max: 1 + 1e-4, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(near, { minLength: 3, maxLength: 3 }),
        fc.array(near, { minLength: 6, maxLength: 6 }),
        (risk, interval) => {
          for (const horizon of horizonsAt(3, { risk, interval })) {
            if (horizon.status !== 'estimated') throw new Error('estimable');
            const { lower, risk: point, upper } = horizon;
            expect(lower).toBeGreaterThanOrEqual(0);
            expect(lower).toBeLessThanOrEqual(point);
            expect(point).toBeLessThanOrEqual(upper);
            expect(upper).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });

  it.each<[string, Partial<LayerNumbers>]>([
    ['NaN', { risk: [0.1, NaN, 0.3] }],
    ['infinite', { risk: [0.1, Infinity, 0.3] }],
    ['missing', { risk: [0.1, 0.2] }],
    ['above 1', { risk: [0.1, 1.001, 0.3] }],
    ['below 0', { risk: [0.1, -0.001, 0.3] }],
    ['a per cent', { risk: [10, 20, 30] }],
    ['an interval end that is none', { interval: [0.1, NaN, 0, 0, 0, 0] }],
    ['an interval end above 1', { interval: [0.1, 7, 0, 0, 0, 0] }],
    ['too few interval ends', { interval: [0.1, 0.2] }],
    ['a log-hazard that is none', { logHazard: [NaN, 0] }],
    ['too few log-hazards', { logHazard: [0.1] }],
  ])('refuse a number that is none: %s', (_, change) => {
    expect(() => horizonsAt(3, change)).toThrow(FAILED);
  });

  it('do not look at numbers of a horizon that is not shown', () => {
    const change = { risk: [0.1, 0.2, NaN], interval: [0, 1, 0, 1, NaN, NaN] };
    expect(horizonsAt(27, change)[2]).toMatchObject({ status: 'not-estimable' });
  });
});

describe('the estimate', () => {
  it('names its modalities in the order of cards, each with its own log-hazard', () => {
    expect(interpretLayer(spec, ['cfdna', 'metabolomics'], 3, numbers())).toMatchObject({
      subset: ['metabolomics', 'cfdna'],
      modalityLogHazard: { metabolomics: 0.4, cfdna: -0.1 },
      stratum: 'intermediate',
    });
  });

  it.each([
    [0, 'low'],
    [0.0999999, 'low'],
    [0.1, 'intermediate'],
    [0.2499999, 'intermediate'],
    [0.25, 'high'],
    [1, 'high'],
  ] as const)('a 12-month risk of %f is %s', (risk, stratum) => {
    expect(stratumOf(risk, [0.1, 0.25])).toBe(stratum);
    expect(interpretLayer(spec, both, 3, numbers({ risk: [0, risk, 1] }))).toMatchObject({ stratum });
  });
});
