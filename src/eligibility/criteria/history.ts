import type { MalignancyFact } from '../../chart/index.ts';
import { met, notMet, sourcesOf, unknown, type Criterion } from '../judgement.ts';
import type { UnknownReason } from '../types.ts';

const PAST_YEARS = 5;

/**
 * The same day five years before. Of a 29 February it may be a day that its year does not have: dates are compared as
 * text, and between 28 February and 1 March it stands right.
 */
const yearsBefore = (date: string): string =>
  `${String(Number(date.slice(0, 4)) - PAST_YEARS).padStart(4, '0')}${date.slice(4)}`;

interface Window {
  readonly from: string;
  readonly to: string;
}

/** `in`: the disease was there within the window; `out`: surely not; else why that cannot be said. */
type Presence = 'in' | 'out' | UnknownReason;

/** Its end is on record, and it began before the operation or at an unknown time. */
const ofEnded = (
  { onsetOn, clinicalStatus }: MalignancyFact,
  abatedOn: string,
  { from, to }: Window,
): Presence => {
  // Came to an end after the operation: it was there before it only if it began before it.
  if (abatedOn > to) return onsetOn === undefined ? 'no-date' : 'in';
  if (abatedOn >= from) return 'in';
  // Ended before the window, and yet called active or recurrent.
  return ['active', 'recurrence', 'relapse'].includes(clinicalStatus ?? '') ? 'conflicting' : 'out';
};

const presenceOf = (malignancy: MalignancyFact, window: Window): Presence => {
  const { onsetOn, abatedOn, isHistory } = malignancy;
  if (isHistory === true) return abatedOn !== undefined && abatedOn < window.from ? 'out' : 'no-date';
  if (onsetOn !== undefined && onsetOn > window.to) return 'out';
  if (onsetOn !== undefined && onsetOn >= window.from) return 'in';
  return abatedOn === undefined ? 'no-date' : ofEnded(malignancy, abatedOn, window);
};

const dateOf = ({ onsetOn, abatedOn }: MalignancyFact): string | undefined => onsetOn ?? abatedOn;

/**
 * NCT07291921, exclusion: other malignancy in the past 5 years, counted back from surgery in calendar years, the index
 * cancer and its metastases excluded. Earlier ones count by their end: one that began before and whose end is not
 * dated is unknown, also when it is called resolved; so is a "history of" that was noted within the five years. One that came after surgery is not of the past.
 */
export const noOtherMalignancy: Criterion = ({ clinical, unread }) => {
  const { otherMalignancies: all, surgery } = clinical;
  if (all.length === 0) return unread.has('conditions') ? unknown('not-read') : met({});
  if (surgery === undefined) return unknown('no-date', { found: all.map(dateOf), evidence: sourcesOf(all) });
  const window = { from: yearsBefore(surgery.performedOn), to: surgery.performedOn };
  const judged = all.map((malignancy) => ({ malignancy, presence: presenceOf(malignancy, window) }));
  const held = (those: readonly { readonly malignancy: MalignancyFact }[]) => ({
    found: those.map(({ malignancy }) => dateOf(malignancy)),
    evidence: sourcesOf(those.map(({ malignancy }) => malignancy)),
  });
  const within = judged.filter(({ presence }) => presence === 'in');
  if (within.length > 0) return notMet(held(within));
  const open = judged.filter(({ presence }) => presence !== 'out');
  const [first] = open;
  return first === undefined ? met(held(judged)) : unknown(first.presence as UnknownReason, held(open));
};

/**
 * NCT07291921, exclusion: investigator's judgement (perioperative transfusion, severe psychiatric disorder). The
 * investigator's own word, where the chart has it, does not undo what the study names.
 */
export const investigatorJudgement: Criterion = ({ clinical }) => {
  const { judgement, transfusions, psychiatricDisorders } = clinical;
  const unsuitable = judgement.status === 'known' && judgement.value === 'unsuitable';
  if (unsuitable || transfusions.length + psychiatricDisorders.length > 0)
    return notMet({
      found: [
        unsuitable ? 'unsuitable' : undefined,
        transfusions.length > 0 ? 'transfusion' : undefined,
        psychiatricDisorders.length > 0 ? 'psychiatric-disorder' : undefined,
      ],
      evidence: [...(unsuitable ? judgement.sources : []), ...transfusions, ...psychiatricDisorders],
    });
  return judgement.status === 'known'
    ? met({ found: [judgement.value], evidence: judgement.sources })
    : unknown(judgement.reason, { evidence: judgement.sources });
};
