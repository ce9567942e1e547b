import type { QuantityValue } from '../../chart/index.ts';
import { CdsError } from '../../domain/index.ts';
import type { UnitConverter } from '../../terminology/index.ts';

/** A measured amount in the model's unit. */
export interface Amount {
  readonly value: number;
  /** The laboratory could only say that it is below its limit of detection. */
  readonly belowDetection: boolean;
}

/**
 * A quantity in the unit the model needs, or why it cannot be. Below the limit of detection L it is L / sqrt(2),
 * the usual single substitution for left-censored concentrations (Hornung & Reed 1990,
 * doi:10.1080/1047322X.1990.10389587).
 */
export function amountOf(
  quantity: QuantityValue,
  unit: string,
  units: UnitConverter,
  molarMassGramsPerMole?: number,
): Amount | 'unit-inconvertible' | 'value-implausible' {
  if (quantity.value < 0) return 'value-implausible';
  try {
    const value = quantity.value * units.factor(quantity.unit ?? '', unit, molarMassGramsPerMole);
    // Too large for a number: no concentration and no share is.
    if (!Number.isFinite(value)) return 'value-implausible';
    const belowDetection = quantity.comparator === '<' || quantity.comparator === '<=';
    return { value: belowDetection ? value / Math.SQRT2 : value, belowDetection };
  } catch (error) {
    if (error instanceof CdsError && error.code === 'UNIT_INCONVERTIBLE') return 'unit-inconvertible';
    throw error;
  }
}
