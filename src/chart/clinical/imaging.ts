import { addDays } from '../../domain/index.ts';
import type { CtStudyFact } from '../clinical-facts.ts';
import type { ImagingStudyFact } from '../facts.ts';
import { byDate, byReference, type Reading } from './common.ts';

/** The postoperative CT is the first of these days after surgery (the statistical contract). */
export const POSTOPERATIVE_CT_DAYS = { first: 14, last: 183 } as const;

type Started = ImagingStudyFact & { readonly startedOn: string };

/** A CT of what: by its procedure, or by the body site of a CT series. Unsaid, it may be of anything. */
const isChestCt = ({ terminology }: Reading, study: ImagingStudyFact): boolean =>
  study.dicomModalities.includes('CT') &&
  (terminology.includes('chest-ct', study.procedureCodings) ||
    study.series.some(
      (series) => series.dicomModality === 'CT' && terminology.includes('chest-body-site', series.bodySites),
    ));

/** The studies that are there to be fetched; the same study told twice counts once. */
const chestCts = (reading: Reading): readonly Started[] => {
  const found = reading.known.imaging
    .filter(
      (study): study is Started =>
        study.startedOn !== undefined && study.status === 'available' && isChestCt(reading, study),
    )
    .sort(byReference)
    .sort(byDate((study) => study.startedOn));
  const seen = new Set<string>();
  return found.filter(({ studyInstanceUid, startedOn }) => {
    const name = studyInstanceUid ?? startedOn;
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
};

/** Chest CTs, oldest first, with which of them is the last before surgery and the first after it. */
export function ctStudiesOf(reading: Reading, surgeryOn: string | undefined): readonly CtStudyFact[] {
  const studies = chestCts(reading);
  const roleOf = (study: Started): CtStudyFact['role'] => {
    if (study === baseline) return 'baseline';
    return study === postoperative ? 'postoperative' : 'other';
  };
  // One of the day of surgery may be of before or after it.
  const baseline =
    surgeryOn === undefined ? undefined : studies.findLast(({ startedOn }) => startedOn < surgeryOn);
  const postoperative =
    surgeryOn === undefined
      ? undefined
      : studies.find(
          ({ startedOn }) =>
            startedOn >= addDays(surgeryOn, POSTOPERATIVE_CT_DAYS.first) &&
            startedOn <= addDays(surgeryOn, POSTOPERATIVE_CT_DAYS.last),
        );
  return studies.map((study) => ({
    startedOn: study.startedOn,
    role: roleOf(study),
    ...(study.studyInstanceUid !== undefined && { studyInstanceUid: study.studyInstanceUid }),
    endpoints: study.endpoints,
    source: study.source,
  }));
}
