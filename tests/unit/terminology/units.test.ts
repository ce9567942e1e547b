import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CdsError } from '../../../src/domain/index.ts';
import { createUnitConverter } from '../../../src/terminology/index.ts';
import { ANALYTES } from '../support/fhir.ts';
import { terminology } from '../support/reading.ts';

const units = createUnitConverter();
const INCONVERTIBLE = expect.objectContaining({ code: 'UNIT_INCONVERTIBLE' }) as CdsError;

describe('conversion factors', () => {
  it.each([
    // 1 mg/dL = 10 mg/L = 10,000 ug/L; divided by ug/umol, the molar mass
    ['mg/dL', 'umol/L', 131.17, 10_000 / 131.17],
    ['g/L', 'umol/L', 204.23, 1e6 / 204.23],
    ['ug/mL', 'umol/L', 89.09, 1000 / 89.09],
    ['mmol/L', 'umol/L', 131.17, 1000],
    ['mmol/L', 'umol/L', undefined, 1000],
    ['nmol/mL', 'umol/L', undefined, 1],
    ['umol/l', 'umol/L', undefined, 1],
    ['umol/L', 'umol/L', undefined, 1],
    ['%', '1', undefined, 0.01],
    ['{ratio}', '1', undefined, 1],
    ['[ppth]', '1', undefined, 0.001],
    ['\u00b5mol/L', 'umol/L', undefined, 1], // no UCUM, but what most laboratories print: the micro sign
    ['\u03bcmol/l', 'umol/L', undefined, 1], // and the Greek letter that looks like it
    ['\u00b5g/mL', 'umol/L', 89.09, 1000 / 89.09],
    ['\u00b5M', 'umol/L', undefined, 1],
    ['mM', 'umol/L', undefined, 1000],
    ['M', 'umol/L', undefined, 1e6],
  ])('%s to %s at %s g/mol', (from, to, molarMass, expected) => {
    expect(units.factor(from, to, molarMass) / expected).toBeCloseTo(1, 9);
  });

  it.each([
    ['mg/dL', 'umol/L', undefined], // no molar mass, no amount
    ['mm[Hg]', 'umol/L', 131.17],
    ['U/L', 'umol/L', 131.17],
    ['10*9/L', 'umol/L', undefined], // UCUM counts a mole as a number: cells are no amount of an analyte
    ['umol', 'umol/L', 131.17],
    ['umol/kg', 'umol/L', 131.17],
    ['[pH]', 'umol/L', undefined],
    ['mol', '1', undefined],
    ['umol/L', '1', undefined],
    ['B', '1', undefined], // logarithmic: 2 B is not twice 1 B
    ['Np', '1', undefined],
    ['', '1', undefined],
    ['ratio', '1', undefined],
    ['kM', 'umol/L', undefined],
    ['umol / L', 'umol/L', undefined],
    ['toString', 'umol/L', undefined],
    ['__proto__', 'umol/L', undefined],
    ['x'.repeat(10_000), '1', undefined],
  ])('%s to %s at %s g/mol: none', (from, to, molarMass) => {
    expect(() => units.factor(from, to, molarMass)).toThrow(INCONVERTIBLE);
    expect(() => units.factor(from, to, molarMass)).toThrow(INCONVERTIBLE); // kept as none, too
  });

  it('names the unit that was needed, not the one that came', () => {
    const attempt = (): number => units.factor('Jane-Doe-1960', 'umol/L');
    expect(attempt).toThrow('needed: umol/L');
    expect(attempt).not.toThrow('Jane');
  });
});

describe('concentrations of every analyte of the panel', () => {
  it.each(ANALYTES)('%s', (analyte) => {
    const molarMass = terminology.numberProperty('analyte', analyte, 'molar-mass') ?? Number.NaN;
    // A micromole weighs as many micrograms as a mole grams.
    const micrograms = 1 / molarMass;
    for (const [unit, expected] of [
      ['umol/L', 1],
      ['mmol/L', 1000],
      ['nmol/L', 0.001],
      ['mg/dL', 10_000 * micrograms],
      ['ug/mL', 1000 * micrograms],
      ['ng/mL', micrograms],
      ['mg/L', 1000 * micrograms],
    ] as const)
      expect([unit, units.factor(unit, 'umol/L', molarMass) / expected]).toEqual([
        unit,
        expect.closeTo(1, 9),
      ]);
  });
});

describe('text from outside', () => {
  const printed: unknown[] = [];
  beforeEach(() => {
    printed.length = 0;
    for (const method of ['log', 'warn', 'error', 'info'] as const)
      vi.spyOn(console, method).mockImplementation((...parts) => void printed.push(parts));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is a factor or an error, and is never printed', () => {
    const pieces = fc.constantFrom(
      ...['m', 'g', 'mol', 'L', '%', '[iU]', '{a}', '10', '*', '^', '-3', '+', "'", '"', '_'],
      ...['/', '.', '(', ')', '[', ']', '{', '}', ' '],
    );
    const unit = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.array(pieces, { maxLength: 8 }).map((p) => p.join('')),
    );
    fc.assert(
      fc.property(unit, (from) => {
        try {
          const factor = units.factor(from, 'umol/L', 131.17);
          expect(Number.isFinite(factor)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(CdsError);
        }
      }),
      { numRuns: 1000 },
    );
    expect(printed).toEqual([]);
  });
});
