import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionCurve } from '../../../src/survival/index.ts';

const data = { time: Float64Array.of(1, 2, 3, 4, 9), event: Uint8Array.of(1, 1, 1, 0, 0) };
const risk = Float64Array.of(0.9, 0.3, 0.6, 0.5, 0.1);

describe('decisionCurve', () => {
  it('is true positives less weighted false positives, per patient', () => {
    // horizon 3, threshold 1/2: treats rows 0, 2, 3, of which two have the event: 2/5 - 1/5 * 1
    // all: 3/5 - 2/5 * 1. A false positive costs one true positive, so 1/5 - 1/5 = 0 are saved.
    const [half, third] = decisionCurve(data, risk, 3, [0.5, 1 / 3]);
    expect(half).toMatchObject({ threshold: 0.5, treated: 0.6 });
    expect(half!.model).toBeCloseTo(0.2, 14);
    expect(half!.all).toBeCloseTo(0.2, 14);
    expect(half!.reduction).toBeCloseTo(0, 14);
    // threshold 1/3: rows 0, 2, 3 again: 2/5 - 1/5 * 1/2; all 3/5 - 2/5 * 1/2; reduction in units of 1/2
    expect(third!.model).toBeCloseTo(0.3, 14);
    expect(third!.all).toBeCloseTo(0.4, 14);
    expect(third!.reduction).toBeCloseTo(-0.2, 14);
  });

  it('treats at the threshold itself', () => {
    expect(decisionCurve(data, risk, 3, [0.9, 0.901]).map(({ treated }) => treated)).toEqual([0.2, 0]);
  });

  it('has no benefit where nobody is treated, and that of treating all where everybody is', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), (threshold) => {
        const none = decisionCurve(data, new Float64Array(5), 3, [threshold]);
        expect(none).toMatchObject([{ treated: 0, model: 0 }]);
        const [all] = decisionCurve(data, new Float64Array(5).fill(1), 3, [threshold]);
        expect(all!.model).toBeCloseTo(all!.all, 12);
        expect(all!.reduction).toBeCloseTo(0, 10);
      }),
    );
  });

  it('leaves out the benefit of a model whose treated are not followed to the horizon', () => {
    const short = { time: Float64Array.of(1, 2, 3, 9, 9), event: Uint8Array.of(0, 1, 0, 0, 0) };
    expect(decisionCurve(short, Float64Array.of(0.9, 0.9, 0.9, 0, 0), 5, [0.5])).toMatchObject([
      { model: undefined, reduction: undefined },
    ]);
  });

  it.each([
    ['a threshold of 0', data, risk, 3, 0, 'SURVIVAL_INPUT_INVALID'],
    ['a threshold of 1', data, risk, 3, 1, 'SURVIVAL_INPUT_INVALID'],
    ['a threshold that is NaN', data, risk, 3, NaN, 'SURVIVAL_INPUT_INVALID'],
    ['a risk above 1', data, risk.map((r) => r + 0.2), 3, 0.5, 'SURVIVAL_INPUT_INVALID'],
    ['delayed entry', { ...data, entry: new Float64Array(5) }, risk, 3, 0.5, 'SURVIVAL_INPUT_INVALID'],
    ['a horizon past the follow-up', data, risk, 10, 0.5, 'SURVIVAL_INPUT_INVALID'],
    ['no event by the horizon', data, risk, 0.5, 0.5, 'SURVIVAL_NO_EVENTS'],
  ] as const)('refuses %s', (_, rows, predicted, horizon, threshold, code) => {
    expect(() => decisionCurve(rows, predicted, horizon, [threshold])).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
