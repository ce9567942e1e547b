import type { ObservationFact, PooledQc, SpecimenFact } from '../../chart/index.ts';
import type { EvidenceRef, MetabolomicsRules } from '../../domain/index.ts';
import type { Terminology } from '../../terminology/index.ts';
import type { Fault } from '../common/index.ts';

/** Further from 1 a batch has more wrong with it than a drift, or the recovery was written in per cent. */
const PLAUSIBLE_RECOVERY = { low: 0.5, high: 2 };

/**
 * By what a value has to be divided so that its batch's pooled samples come out at the pool's assigned value: 1 where the
 * laboratory says nothing.
 *
 * @returns undefined where quality control failed, or says what cannot be read: the analyte counts as not measured
 */
export const recoveryOf = (
  qc: PooledQc | undefined,
  { maximumPooledQcRsdPercent }: MetabolomicsRules,
): number | undefined => {
  const { rsdPercent = 0, recovery = 1 } = qc ?? {};
  // NaN passes none of these.
  const isPrecise = rsdPercent >= 0 && rsdPercent <= maximumPooledQcRsdPercent;
  const isMendable = recovery >= PLAUSIBLE_RECOVERY.low && recovery <= PLAUSIBLE_RECOVERY.high;
  return isPrecise && isMendable ? recovery : undefined;
};

/** What the Specimens of a panel say of it. */
export interface SampleQuality {
  readonly haemolysed: boolean;
  readonly notFasting: boolean;
  readonly fault?: Fault;
  readonly evidence: readonly EvidenceRef[];
}

/** Coded as something, in words that we know, and as no blood that plasma is made of. */
const isOfWrongType = ({ types }: SpecimenFact, terminology: Terminology): boolean =>
  types.some(({ system }) => terminology.speaks('blood-specimen', system)) &&
  !terminology.includes('blood-specimen', types);

const isHaemolysed = ({ conditions }: SpecimenFact, terminology: Terminology): boolean =>
  terminology.includes('haemolysed-specimen', conditions);

/** Unsatisfactory, or in a condition other than haemolysis that makes it so. */
const isUnfit = ({ status, conditions }: SpecimenFact, terminology: Terminology): boolean =>
  status === 'unsatisfactory' ||
  conditions.some(
    (condition) =>
      terminology.includes('inadequate-specimen', [condition]) &&
      !terminology.includes('haemolysed-specimen', [condition]),
  );

const faultOf = (
  specimens: readonly SpecimenFact[],
  haemolysed: boolean,
  terminology: Terminology,
  { onHaemolysis }: MetabolomicsRules,
): Fault | undefined => {
  if (specimens.some((specimen) => isOfWrongType(specimen, terminology)))
    return { reason: 'wrong-sample-type' };
  const isRejected = haemolysed && onHaemolysis === 'reject';
  return isRejected || specimens.some((specimen) => isUnfit(specimen, terminology))
    ? { reason: 'unfit-sample' }
    : undefined;
};

/**
 * The quality of the sample that a panel and its members name. Where they name none, or one that is not in the chart, it
 * is taken for plasma and fit: the panel's own code says plasma.
 */
export function sampleQualityOf(
  parts: readonly ObservationFact[],
  specimensByReference: ReadonlyMap<string, SpecimenFact>,
  terminology: Terminology,
  rules: MetabolomicsRules,
): SampleQuality {
  const named = new Set(parts.flatMap(({ specimen }) => specimen ?? []));
  const specimens = [...named].flatMap((reference) => specimensByReference.get(reference) ?? []);
  const haemolysed = specimens.some((specimen) => isHaemolysed(specimen, terminology));
  const fault = faultOf(specimens, haemolysed, terminology, rules);
  return {
    haemolysed,
    notFasting: specimens.some(({ fastingStatus }) => terminology.includes('not-fasting', fastingStatus)),
    evidence: specimens.map(({ source }) => source),
    ...(fault !== undefined && { fault }),
  };
}
