import { UcumLhcUtils } from '@lhncbc/ucum-lhc';
import { CdsError } from '../domain/index.ts';

/** `value in the target unit = value x factor`: the units met here are ratio scales, so a factor is all. */
export interface UnitConverter {
  /**
   * @param from UCUM code as the laboratory sent it, or a unit in words that is one but for its micro sign, or molar
   * @param to UCUM code the model needs
   * @param molarMassGramsPerMole needed where one is a mass and the other an amount
   * @throws {CdsError} UNIT_INCONVERTIBLE
   */
  factor(from: string, to: string, molarMassGramsPerMole?: number): number;
}

/**
 * The UCUM codes that are looked up: units with exponents, brackets and annotations, joined by . and /. ucum-lhc
 * prints what it cannot parse to the console, and the text came from outside; parentheses are in no concentration.
 */
const UCUM_PART = /(?:(?:[A-Za-z0-9*^%_'"+-]|\[[^\s()[\]{}]+\])+(?:\{[^\s()[\]{}]*\})?|\{[^\s()[\]{}]*\})/
  .source;
const UCUM_CODE = new RegExp(`^/?${UCUM_PART}(?:[./]${UCUM_PART})*$`);
const MAX_CODE_LENGTH = 64;

/**
 * Units in words, as laboratories write them beside UCUM or instead of it: the micro sign and the Greek letter are UCUM's
 * u, and molar is per litre.
 */
const inUcum = (unit: string): string => {
  const written = unit.replaceAll(/[\u00b5\u03bc]/g, 'u');
  const molar = /^([munp]?)M$/.exec(written);
  return molar === null ? written : `${molar[1] ?? ''}mol/L`;
};

/**
 * UCUM conversion by the National Library of Medicine's ucum-lhc (maintained, offline). Factors are kept: a
 * laboratory sends few units, and a conversion costs far more than the look-up.
 */
export function createUnitConverter(): UnitConverter {
  const factors = new Map<string, number | undefined>();
  const convert = (value: number, from: string, to: string, molarMass?: number): number => {
    const options = molarMass === undefined ? {} : { molecularWeight: molarMass };
    try {
      const answer = UcumLhcUtils.getInstance().convertUnitTo(from, value, to, options);
      return answer.status === 'succeeded' && answer.toVal !== null ? answer.toVal : Number.NaN;
    } catch {
      return Number.NaN; // some texts ("toString") break its parser
    }
  };
  const compute = (from: string, to: string, molarMass?: number): number | undefined => {
    if (from.length > MAX_CODE_LENGTH || !UCUM_CODE.test(from)) return undefined;
    const one = convert(1, from, to, molarMass);
    const two = convert(2, from, to, molarMass);
    // UCUM also converts logarithmic units (B, Np): those have no factor.
    return Number.isFinite(one) && Math.abs(two - 2 * one) <= 1e-9 * Math.abs(two) ? one : undefined;
  };
  return {
    factor: (written, to, molarMass) => {
      const from = inUcum(written);
      if (from === to) return 1;
      const key = `${from}>${to}@${String(molarMass ?? '')}`;
      // The units come from outside: a hostile sender must not fill the memory.
      if (!factors.has(key) && factors.size > 5000) factors.clear();
      if (!factors.has(key)) factors.set(key, compute(from, to, molarMass));
      const factor = factors.get(key);
      if (factor === undefined) throw new CdsError('UNIT_INCONVERTIBLE', `needed: ${to}`);
      return factor;
    },
  };
}
