import type { CriterionId, CriterionResult, Eligibility } from '../eligibility/index.ts';
import type { Translator } from '../i18n/index.ts';
import type { CardContext } from './base.ts';
import { list, renderCard, stampCard, table } from './base.ts';
import { chartText } from './escape.ts';
import type { Card } from './schema.ts';

const criterionNames = ({ t }: Translator, criteria: readonly CriterionResult[]): string =>
  criteria.map(({ id }) => t(`criterion.${id}`)).join(t('format.joiner'));

/** Plain text; the chart's part of it is not yet escaped. */
type FoundText = (translator: Translator, found: string) => string;

const WHOLE_NUMBER = /^\d+$/;

const isDate = (text: string): boolean =>
  /^\d{4}(?:-\d{2}){0,2}$/.test(text) && !Number.isNaN(Date.parse(text));

const ageText: FoundText = ({ t }, found) =>
  WHOLE_NUMBER.test(found) ? t(found === '1' ? 'found.age.one' : 'found.age', { years: found }) : found;

const cyclesText: FoundText = ({ t }, found) =>
  WHOLE_NUMBER.test(found)
    ? t(found === '1' ? 'found.cycles.one' : 'found.cycles', { cycles: found })
    : found;

const asItIs: FoundText = (_translator, found) => found;

/** What the chart holds as a reader says it; whatever is not of the form the criterion gives stays as it is. */
const FOUND_TEXTS: Readonly<Record<CriterionId, FoundText>> = {
  age: ageText,
  nsclc: asItIs,
  stage: asItIs,
  resection: (translator, found) => (isDate(found) ? translator.date(found) : found),
  neoadjuvant: cyclesText,
};

/**
 * In scope, but a criterion of the study is not met or not recorded: names it, gives no number. What the chart holds
 * stands beside each criterion, so that a wrong entry is found.
 */
export const notEligibleCard = (input: CardContext & { readonly eligibility: Eligibility }): Card => {
  const { translator, eligibility } = input;
  const { t } = translator;
  const notMet = eligibility.criteria.filter(({ result }) => result === 'not-met');
  const unknown = eligibility.criteria.filter(({ result }) => result === 'unknown');
  const summary =
    notMet.length > 0
      ? t('not-eligible.not-met', { criteria: criterionNames(translator, notMet) })
      : t('not-eligible.unknown', { criteria: criterionNames(translator, unknown) });
  const rows = eligibility.criteria.map(({ id, result, found }) => [
    t(`criterion.${id}`),
    result === 'met' ? t('criterion.met') : `**${t(`criterion.${result}`)}**`,
    found === undefined ? '' : chartText(FOUND_TEXTS[id](translator, found)),
  ]);
  const columns = [t('criterion.column.name'), t('criterion.column.result'), t('criterion.column.found')];
  const card = renderCard(input, {
    topic: 'not-eligible',
    indicator: 'info',
    summary,
    detail: [t('not-eligible.detail'), table(columns, rows)],
  });
  return stampCard(card, input.uuid);
};

/**
 * Recurrence or a second lung operation is recorded, or the patient has died: the risk is not defined any more; no
 * number, no proposal.
 */
export const barredCard = (
  input: CardContext & { readonly barred: NonNullable<Eligibility['barred']> },
): Card => {
  const { translator, barred } = input;
  const { t } = translator;
  const summary =
    barred.reason !== 'deceased' && barred.on !== undefined
      ? t(`barred.${barred.reason}.on`, { date: translator.date(barred.on) })
      : t(`barred.${barred.reason}`);
  const card = renderCard(input, {
    topic: 'no-risk-defined',
    indicator: 'info',
    summary,
    detail: [t(`barred.${barred.reason}.detail`)],
  });
  return stampCard(card, input.uuid);
};

/** No lung cancer or no lung resection in the chart; shown only where explaining is switched on. */
export const outOfScopeCard = (
  input: CardContext & { readonly outOfScope: Eligibility['outOfScope'] },
): Card => {
  const { t } = input.translator;
  const reasons = input.outOfScope.map((reason) => t(`out-of-scope.${reason}`));
  const card = renderCard(input, {
    topic: 'out-of-scope',
    indicator: 'info',
    summary: t('out-of-scope.summary', { reasons: reasons.join(t('format.joiner')) }),
    detail: [list(reasons), t('out-of-scope.detail')],
  });
  return stampCard(card, input.uuid);
};
