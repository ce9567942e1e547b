import { refuse, requireFinite, type SurvivalData } from '../data.ts';

/** @throws {CdsError} SURVIVAL_INPUT_INVALID unless `risk` has `length` probabilities in [0, 1] */
export function requireRisk(risk: Float64Array, length: number): void {
  requireFinite(risk, length, 'risk');
  const outside = risk.findIndex((value) => value < 0 || value > 1);
  if (outside >= 0) refuse(`risk is not within 0 to 1 at index ${outside}`);
}

/**
 * log(-log(1 - risk)): the scale on which a proportional hazards model is linear. Shape (n).
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID unless every risk lies between 0 and 1, both left out
 */
export function complementaryLogLog(risk: Float64Array, n: number): Float64Array {
  requireRisk(risk, n);
  const edge = risk.findIndex((value) => value === 0 || value === 1);
  if (edge >= 0) refuse(`risk at index ${edge} is exactly 0 or 1, which has no complementary log-log`);
  return risk.map((value) => Math.log(-Math.log1p(-value)));
}

/** @throws {CdsError} SURVIVAL_INPUT_INVALID where rows enter late */
export function requireNoEntry({ entry }: SurvivalData, metric: string): void {
  if (entry !== undefined) {
    refuse(
      `${metric} has no accepted definition with delayed entry (rows that had their event before they could enter ` +
        'are missing from the mean prediction); judge the rows of one landmark, with time counted from it',
    );
  }
}
