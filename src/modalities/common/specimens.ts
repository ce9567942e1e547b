import type { Chart, QuantityValue, SpecimenFact } from '../../chart/index.ts';
import { CdsError, type EvidenceRef } from '../../domain/index.ts';
import type { Terminology, UnitConverter } from '../../terminology/index.ts';
import type { Fault } from './blood.ts';

/** What the Specimens of a sample say of it. */
export interface SampleQuality {
  readonly haemolysed: boolean;
  readonly notFasting: boolean;
  readonly fault?: Fault;
  readonly evidence: readonly EvidenceRef[];
}

/** @param references `Specimen/id` that a result names; of those that it cannot find it says nothing */
export type SampleReader = (references: readonly string[]) => SampleQuality;

/** Coded as something, in words that we know, and as no blood that plasma is made of. */
const isOfWrongType = ({ types }: SpecimenFact, terminology: Terminology): boolean =>
  types.some(({ system }) => terminology.speaks('blood-specimen', system)) &&
  !terminology.includes('blood-specimen', types);

/** Unsatisfactory, or in a condition other than haemolysis that makes it so. */
const isUnfit = ({ status, conditions }: SpecimenFact, terminology: Terminology): boolean =>
  status === 'unsatisfactory' ||
  conditions.some(
    (condition) =>
      terminology.includes('inadequate-specimen', [condition]) &&
      !terminology.includes('haemolysed-specimen', [condition]),
  );

/** What is usually asked for before a fasting sample is drawn. */
const FASTING_HOURS = 8;

/** Surely shorter than a fast: of "less than 8 h" that is known, of "more than 4 h" it is not. */
const isTooShort = (duration: QuantityValue | undefined, units: UnitConverter): boolean => {
  if (duration === undefined || duration.value < 0 || duration.comparator?.startsWith('>') === true)
    return false;
  try {
    const hours = duration.value * units.factor(duration.unit ?? '', 'h');
    return duration.comparator === '<' ? hours <= FASTING_HOURS : hours < FASTING_HOURS;
  } catch (error) {
    if (error instanceof CdsError && error.code === 'UNIT_INCONVERTIBLE') return false;
    throw error;
  }
};

/**
 * The quality of the samples that results name. Where they name none, or one that is not in the chart, it is taken for
 * plasma and fit: what the results are coded as is measured in plasma.
 */
export function createSampleReader(
  chart: Chart,
  { terminology, units }: { readonly terminology: Terminology; readonly units: UnitConverter },
): SampleReader {
  const byReference = new Map(chart.specimens.map((fact) => [fact.source.reference, fact]));
  const faultOf = (specimens: readonly SpecimenFact[]): Fault | undefined => {
    if (specimens.some((specimen) => isOfWrongType(specimen, terminology)))
      return { reason: 'wrong-sample-type' };
    return specimens.some((specimen) => isUnfit(specimen, terminology))
      ? { reason: 'unfit-sample' }
      : undefined;
  };
  return (references) => {
    const specimens = [...new Set(references)].flatMap((reference) => byReference.get(reference) ?? []);
    const fault = faultOf(specimens);
    return {
      haemolysed: specimens.some(({ conditions }) => terminology.includes('haemolysed-specimen', conditions)),
      notFasting: specimens.some(
        ({ fastingStatus, fastingDuration }) =>
          terminology.includes('not-fasting', fastingStatus) || isTooShort(fastingDuration, units),
      ),
      evidence: specimens.map(({ source }) => source),
      ...(fault !== undefined && { fault }),
    };
  };
}
