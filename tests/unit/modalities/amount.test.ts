import { describe, expect, it } from 'vitest';
import { amountOf } from '../../../src/modalities/common/index.ts';
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
    expect(amount).toMatchObject({ belowDetection: false });
    expect((amount as { value: number }).value).toBeCloseTo(expected, 3);
  });

  it.each(['<', '<='] as const)('%s L is L over the square root of two, after conversion', (comparator) => {
    const amount = amountOf({ value: 0.01, unit: 'mmol/L', comparator }, 'umol/L', units, LEUCINE);
    expect(amount).toEqual({ value: expect.closeTo(7.0710678, 6) as number, belowDetection: true });
  });

  it.each(['>', '>='] as const)('%s is taken at its limit', (comparator) => {
    expect(amountOf({ value: 10, unit: 'umol/L', comparator }, 'umol/L', units)).toEqual({
      value: 10,
      belowDetection: false,
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
