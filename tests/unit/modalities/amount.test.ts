import { describe, expect, it } from 'vitest';
import { amountOf, isPlausible } from '../../../src/modalities/common/amount.ts';
import { units } from '../support/reading.ts';

/** g/mol of leucine. */
const LEUCINE = 131.17;

describe('amountOf', () => {
  it.each([
    // 1.5 mg/dL = 15 mg/L; / 131.17 g/mol = .114355 mmol/L
    [{ value: 1.5, unit: 'mg/dL' }, 114.3554],
    [{ value: 0.12, unit: 'mmol/L' }, 120],
    [{ value: 120, unit: 'umol/L' }, 120],
    [{ value: 0, unit: 'umol/L' }, 0],
  ])('%j is %f umol/L', (quantity, expected) => {
    const amount = amountOf(quantity, 'umol/L', units, LEUCINE);
    expect(amount).toMatchObject({ kind: 'exact' });
    expect((amount as { value: number }).value).toBeCloseTo(expected, 3);
  });

  it.each(['<', '<='] as const)('%s L is L over the square root of two, after conversion', (comparator) => {
    const amount = amountOf({ value: 0.01, unit: 'mmol/L', comparator }, 'umol/L', units, LEUCINE);
    expect(amount).toEqual({
      value: expect.closeTo(7.0710678, 6) as number,
      reported: 10,
      kind: 'below-detection',
    });
  });

  it.each(['>', '>='] as const)('%s is taken at its limit', (comparator) => {
    expect(amountOf({ value: 10, unit: 'umol/L', comparator }, 'umol/L', units)).toEqual({
      value: 10,
      reported: 10,
      kind: 'above-range',
    });
  });

  it.each([
    [{ value: -1, unit: 'umol/L' }, 'value-implausible'],
    [{ value: -1, unit: 'U/L' }, 'value-implausible'],
    [{ value: 1e308, unit: 'mol/L' }, 'value-implausible'],
    [{ value: 1, unit: 'U/L' }, 'unit-inconvertible'],
    [{ value: 1 }, 'unit-inconvertible'],
    [{ value: 1, unit: 'toString' }, 'unit-inconvertible'],
  ])('%j: %s', (quantity, reason) => {
    expect(amountOf(quantity, 'umol/L', units, LEUCINE)).toBe(reason);
  });
});

describe('isPlausible', () => {
  const range = { low: 5, high: 500 };

  it.each([
    ['exact', 5, true],
    ['exact', 4.9, false],
    ['exact', 0, false],
    ['exact', 500, true],
    ['exact', 501, false],
    // a better assay has a lower limit; none has a limit of zero, or one above what patients have
    ['below-detection', 0.1, true],
    ['below-detection', 0, false],
    ['below-detection', 500, true],
    ['below-detection', 501, false],
    ['above-range', 4.9, false],
    ['above-range', 500, true],
    ['above-range', 501, false],
  ] as const)('%s %f of 5..500: %s', (kind, reported, expected) => {
    expect(isPlausible({ value: reported, reported, kind }, range)).toBe(expected);
  });
});
