import { clinicalFacts, type Chart, type ImagingStudyFact } from '../../../chart/index.ts';
import { addDays, type EvidenceRef, type ImagingRules, type Landmark } from '../../../domain/index.ts';
import { SYSTEMS, type Terminology } from '../../../terminology/index.ts';

/** A chest CT that can be asked for: with its day and its UID. */
export type DatedStudy = ImagingStudyFact & {
  readonly startedOn: string;
  readonly studyInstanceUid: string;
};

export type StudyChoice =
  | { readonly status: 'present'; readonly baseline: DatedStudy; readonly postoperative: DatedStudy }
  | {
      readonly status: 'absent';
      readonly reason: 'no-data' | 'no-baseline-ct' | 'no-postoperative-ct' | 'not-yet-usable';
      readonly evidence: readonly EvidenceRef[];
    };

/** Of procedures that say low dose: their noise is another than that of the CTs a model was trained on. */
const LOW_DOSE: readonly string[] = ['16334891000119106'];

const isLowDose = ({ procedureCodings }: ImagingStudyFact): boolean =>
  procedureCodings.some(({ system, code }) => system === SYSTEMS.snomed && LOW_DOSE.includes(code ?? ''));

/** Low-dose CTs count only where no other lies in the same window. */
const diagnosticFirst = (studies: readonly DatedStudy[]): readonly DatedStudy[] => {
  const diagnostic = studies.filter((study) => !isLowDose(study));
  return diagnostic.length > 0 ? diagnostic : studies;
};

/** The chart's chest CTs, oldest first, as known on the landmark's date; one without a UID cannot be asked for. */
function chestCts(chart: Chart, terminology: Terminology, { date }: Landmark): readonly DatedStudy[] {
  return clinicalFacts(chart, terminology, date).ctStudies.flatMap(({ source }) => {
    const study = chart.imaging.find((each) => each.source.reference === source.reference);
    return study?.startedOn === undefined || study.studyInstanceUid === undefined
      ? []
      : [{ ...study, startedOn: study.startedOn, studyInstanceUid: study.studyInstanceUid }];
  });
}

const inDays =
  (first: string, last: string) =>
  ({ startedOn }: DatedStudy): boolean =>
    startedOn >= first && startedOn <= last;

/**
 * The two CTs of the radiomic score, as the statistical contract has them: the last chest CT before surgery, after the
 * last neoadjuvant dose and within 60 days of the incision; and the first of days 14 to 183 after it. A CT counts from
 * the day after it on. One of the day of surgery may be of before or after it, and is neither.
 *
 * Pure; nothing later than the landmark enters.
 */
export function chooseStudies(
  chart: Chart,
  landmark: Landmark,
  rules: ImagingRules,
  terminology: Terminology,
): StudyChoice {
  const { surgeryDate, lastNeoadjuvantDose = '', date } = landmark;
  const all = chestCts(chart, terminology, landmark);
  const usable = all.filter(({ startedOn }) => addDays(startedOn, rules.turnaroundDays) <= date);
  const absent = (reason: (StudyChoice & { status: 'absent' })['reason']): StudyChoice => ({
    status: 'absent',
    reason,
    evidence: all.map(({ source }) => source),
  });

  const before = inDays(addDays(surgeryDate, -rules.baselineWindowDays), addDays(surgeryDate, -1));
  const isBaseline = (study: DatedStudy): boolean => before(study) && study.startedOn > lastNeoadjuvantDose;
  const isPostoperative = inDays(
    addDays(surgeryDate, rules.postoperativeFirstDay),
    addDays(surgeryDate, rules.postoperativeLastDay),
  );
  const baseline = diagnosticFirst(usable.filter(isBaseline)).at(-1);
  const postoperative = diagnosticFirst(usable.filter(isPostoperative))[0];
  if (baseline !== undefined && postoperative !== undefined)
    return { status: 'present', baseline, postoperative };
  if (all.length === 0) return absent('no-data');
  if (baseline === undefined) return absent('no-baseline-ct');
  return absent(all.some(isPostoperative) ? 'not-yet-usable' : 'no-postoperative-ct');
}
