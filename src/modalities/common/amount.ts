import type { QuantityValue } from '../../chart/index.ts';
import { CdsError } from '../../domain/index.ts';
import type { UnitConverter } from '../../terminology/index.ts';

/** A measured amount in the model's unit. */
export interface Amount {
  /** What a model takes. */
  readonly value: number;
  /** As the laboratory sent it; a limit unless `exact`. */
  readonly reported: number;
  /** Beyond what the assay measures the laboratory gives its limit alone, with a comparator. */
  readonly kind: 'exact' | 'below-detection' | 'above-range';
}

/** Outside of it an error of unit or transcription is likelier than a patient; in the model's unit, both ends in. */
export interface PlausibleRange {
  readonly low: number;
  readonly high: number;
}

const kindOf = ({ comparator }: QuantityValue): Amount['kind'] => {
  if (comparator === undefined) return 'exact';
  return comparator.startsWith('<') ? 'below-detection' : 'above-range';
};

/**
 * A quantity in the unit the model needs, or why it cannot be. Below the limit of detection L it is L / sqrt(2),
 * the usual single substitution for left-censored concentrations (Hornung & Reed 1990,
 * doi:10.1080/1047322X.1990.10389587). Above the assay's range it is the limit as it stands.
 */
export function amountOf(
  quantity: QuantityValue,
  unit: string,
  units: UnitConverter,
  molarMassGramsPerMole?: number,
): Amount | 'unit-inconvertible' | 'value-implausible' {
  if (quantity.value < 0) return 'value-implausible';
  try {
    const reported = quantity.value * units.factor(quantity.unit ?? '', unit, molarMassGramsPerMole);
    // Too large for a number: no concentration and no share is.
    if (!Number.isFinite(reported)) return 'value-implausible';
    const kind = kindOf(quantity);
    return { value: kind === 'below-detection' ? reported / Math.SQRT2 : reported, reported, kind };
  } catch (error) {
    if (error instanceof CdsError && error.code === 'UNIT_INCONVERTIBLE') return 'unit-inconvertible';
    throw error;
  }
}

/** What lies on an end of a range in one unit must not lie outside of it in another, by rounding. */
const ROUNDING = 1e-9;

/** A limit of detection may lie below the range, for it says how good an assay is; but it is never zero. */
export const isPlausible = ({ reported, kind }: Amount, { low, high }: PlausibleRange): boolean =>
  reported <= high * (1 + ROUNDING) &&
  (kind === 'below-detection' ? reported > 0 : reported >= low * (1 - ROUNDING));
