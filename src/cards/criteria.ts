import type { CriterionId } from '../domain/index.ts';
import type { CriterionResult } from '../eligibility/index.ts';
import type { Translator } from '../i18n/index.ts';

/** A criterion as a reader sees it: plain text, nothing of it escaped yet. */
export interface CriterionRow {
  readonly id: CriterionId;
  readonly name: string;
  readonly result: CriterionResult['result'];
  /** The result in words, and why it is unknown. */
  readonly resultWords: string;
  /** The same, with whether it is reported only. */
  readonly resultText: string;
  readonly blocks: boolean;
  /** What the chart holds; empty where it holds nothing. */
  readonly found: string;
  /** `Type/id` of the resources it was judged on, each once. */
  readonly evidence: readonly string[];
}

const WHOLE_NUMBER = /^\d+$/;
/** Of somebody whose year of birth is all that is known it is one of two. */
const AGE = /^\d+(?:-\d+)?$/;

const isDate = (text: string): boolean =>
  /^\d{4}(?:-\d{2}){0,2}$/.test(text) && !Number.isNaN(Date.parse(text));

/** The terms of the criteria that are words; the others (stages, dates, numbers) need no translation. */
const TERMS = {
  given: 'found.given',
  withdrawn: 'found.withdrawn',
  pure: 'found.pure',
  'part-solid': 'found.part-solid',
  solid: 'found.solid',
  baseline: 'found.baseline',
  postoperative: 'found.postoperative',
  'follow-up': 'found.follow-up',
  metastasis: 'found.metastasis',
  'not-radical': 'found.not-radical',
  contraindication: 'found.contraindication',
  undated: 'found.undated',
  uncoded: 'found.uncoded',
  foreign: 'found.foreign',
  'ordered-only': 'found.ordered-only',
  suitable: 'found.suitable',
  unsuitable: 'found.unsuitable',
  transfusion: 'found.transfusion',
  'psychiatric-disorder': 'found.psychiatric-disorder',
} as const;

const isTerm = (part: string): part is keyof typeof TERMS => Object.hasOwn(TERMS, part);

/** One part of `found` as a reader says it; whatever is of no form that a criterion gives stays as it is. */
const partText = ({ t, date }: Translator, id: CriterionId, part: string): string => {
  if (isTerm(part)) return t(TERMS[part]);
  if (id === 'age' && AGE.test(part)) return t(part === '1' ? 'found.age.one' : 'found.age', { years: part });
  if (id === 'neoadjuvant' && WHOLE_NUMBER.test(part))
    return t(part === '1' ? 'found.cycles.one' : 'found.cycles', { cycles: part });
  return id !== 'age' && isDate(part) ? date(part) : part;
};

const foundText = (translator: Translator, { id, found }: CriterionResult): string =>
  found === undefined
    ? ''
    : found
        .split(', ')
        .map((part) => partText(translator, id, part))
        .join(translator.t('format.joiner'));

/** "met", "not met", "unknown: a date is missing". */
const resultWords = ({ t }: Translator, { result, reason }: CriterionResult): string =>
  result === 'unknown' && reason !== undefined
    ? t('criterion.unknown.because', { reason: t(`unknown.${reason}`) })
    : t(`criterion.${result}`);

const criterionRow = (translator: Translator, criterion: CriterionResult): CriterionRow => {
  const { id, result, blocks } = criterion;
  const words = resultWords(translator, criterion);
  return {
    id,
    name: translator.t(`criterion.${id}`),
    result,
    resultWords: words,
    resultText: result === 'met' || blocks ? words : translator.t('criterion.reported', { result: words }),
    blocks,
    found: foundText(translator, criterion),
    evidence: [...new Set(criterion.evidence.map(({ reference }) => reference))],
  };
};

/** What blocks comes first, then what is only reported, then what is met; not met before unknown. */
const rank = ({ result, blocks }: CriterionRow): number =>
  (result === 'met' ? 4 : blocks ? 0 : 2) + (result === 'unknown' ? 1 : 0);

/** All criteria for a reader: what decides first; else in the study's order. */
export const criterionRows = (
  translator: Translator,
  criteria: readonly CriterionResult[],
): readonly CriterionRow[] =>
  criteria
    .map((criterion) => criterionRow(translator, criterion))
    .sort((first, second) => rank(first) - rank(second));
