import { addDays } from '../../domain/index.ts';
import type { Terminology } from '../../terminology/index.ts';
import type { SampleFact, SampleTimePoint } from '../clinical-facts.ts';
import type { ObservationFact, SpecimenFact } from '../facts.ts';
import { byDate, byReference, resultsIn, type Reading } from './common.ts';

/** The statistical contract's windows, in days from the operation; modalities draw the same line at day 3. */
export const SAMPLE_WINDOWS = {
  /** Baseline lies at most so long before the incision, and after the last neoadjuvant dose. */
  baselineDays: 60,
  firstPostoperativeDay: 3,
  /** From the next day on a sample belongs to follow-up. */
  lastPostoperativeDay: 30,
} as const;

/** What the time points are counted from. */
export interface SampleClock {
  readonly surgeryOn: string | undefined;
  readonly lastNeoadjuvantDose: string | undefined;
}

/** Which time point a day stands for; the windows' ends are worked out once. */
const timePoints = ({ surgeryOn, lastNeoadjuvantDose }: SampleClock): ((on: string) => SampleTimePoint) => {
  if (surgeryOn === undefined) return () => 'other';
  const firstBaseline = addDays(surgeryOn, -SAMPLE_WINDOWS.baselineDays);
  const firstPostoperative = addDays(surgeryOn, SAMPLE_WINDOWS.firstPostoperativeDay);
  const lastPostoperative = addDays(surgeryOn, SAMPLE_WINDOWS.lastPostoperativeDay);
  return (on) => {
    if (on <= surgeryOn) {
      const isAfterTherapy = lastNeoadjuvantDose === undefined || on > lastNeoadjuvantDose;
      return on >= firstBaseline && isAfterTherapy ? 'baseline' : 'other';
    }
    if (on < firstPostoperative) return 'other';
    return on <= lastPostoperative ? 'postoperative' : 'follow-up';
  };
};

type Drawn = SpecimenFact & { readonly collectedOn: string };
type Result = ObservationFact & { readonly effectiveOn: string };

const bloodOf = ({ known, terminology }: Reading): Drawn[] =>
  known.specimens.filter(
    (fact): fact is Drawn =>
      fact.collectedOn !== undefined &&
      fact.status !== 'unavailable' &&
      terminology.includes('blood-specimen', fact.types),
  );

/** Results of a sample that no Specimen of its day, and none that they name, stands for. */
const resultsWithoutSpecimen = (reading: Reading, blood: readonly Drawn[]): Result[] => {
  const days = new Set(blood.map((fact) => fact.collectedOn));
  const references = new Set(blood.map((fact) => fact.source.reference));
  return ['metabolomics-panel', 'cfdna-marker']
    .flatMap((valueSet) => resultsIn(reading, valueSet))
    .filter(
      (fact): fact is Result =>
        fact.effectiveOn !== undefined &&
        !days.has(fact.effectiveOn) &&
        (fact.specimen === undefined || !references.has(fact.specimen)),
    );
};

const isAdequate = (terminology: Terminology, { status, conditions }: SpecimenFact): boolean =>
  status !== 'unsatisfactory' && !terminology.includes('inadequate-specimen', conditions);

/** The days blood was drawn on, oldest first: tubes of one day are one draw, fit where one of them is. */
export function samplesOf(reading: Reading, clock: SampleClock): readonly SampleFact[] {
  const timePointOf = timePoints(clock);
  const blood = bloodOf(reading);
  const draws = [
    ...blood.map(({ collectedOn, source, ...fact }) => ({
      collectedOn,
      source,
      adequate: isAdequate(reading.terminology, { source, ...fact }),
    })),
    ...resultsWithoutSpecimen(reading, blood).map(({ effectiveOn, source }) => ({
      collectedOn: effectiveOn,
      source,
      adequate: true,
    })),
  ].sort(byReference);
  const byDay = new Map<string, SampleFact>();
  for (const draw of draws) {
    const known = byDay.get(draw.collectedOn);
    if (known === undefined || (draw.adequate && !known.adequate))
      byDay.set(draw.collectedOn, { ...draw, timePoint: timePointOf(draw.collectedOn) });
  }
  return [...byDay.values()].sort(byDate((fact) => fact.collectedOn));
}
