import type { Eligibility } from '../eligibility/index.ts';
import type { Translator } from '../i18n/index.ts';
import type { CardContext, RenderContext, RenderedCard } from './base.ts';
import { list, renderCard, stampCard } from './base.ts';
import { criteriaTable } from './criteria-section.ts';
import { chartText } from './escape.ts';
import { remedies } from './remedies.ts';
import { SUMMARY_LIMIT, type Card } from './schema.ts';

/** The names that fit into a summary, and how many more there are. */
const fittingNames = (
  { t }: Translator,
  key: 'not-eligible.not-met' | 'not-eligible.unknown',
  names: readonly string[],
): string => {
  const summaryOf = (shown: number): string => {
    const named = names.slice(0, shown).join(t('format.joiner'));
    const more = names.length - shown;
    return t(key, { criteria: more > 0 ? t('not-eligible.more', { named, more }) : named });
  };
  for (let shown = names.length; shown > 1; shown--) {
    const summary = summaryOf(shown);
    if (Array.from(summary).length <= SUMMARY_LIMIT) return summary;
  }
  return summaryOf(1);
};

/**
 * In scope, but a criterion that blocks is not met or unknown: names it, gives no number, and says what is missing. What
 * the chart holds and where stands beside each of the sixteen, so that a wrong entry is found.
 */
export const renderNotEligibleCard = (
  input: RenderContext & { readonly eligibility: Eligibility },
): RenderedCard => {
  const { translator, eligibility } = input;
  const { t } = translator;
  const blocking = eligibility.criteria.filter(({ blocks }) => blocks);
  const notMet = blocking.filter(({ result }) => result === 'not-met');
  const named = notMet.length > 0 ? notMet : blocking;
  return renderCard(input, {
    topic: 'not-eligible',
    indicator: 'info',
    summary: fittingNames(
      translator,
      notMet.length > 0 ? 'not-eligible.not-met' : 'not-eligible.unknown',
      named.map(({ id }) => t(`criterion.${id}`)),
    ),
    detail: [
      t('not-eligible.detail'),
      ...remedies(translator, eligibility.criteria),
      criteriaTable(translator, eligibility.criteria),
      t('not-eligible.anew'),
    ],
  });
};

/** Where the chart says so, since a wrong entry has to be found to be mended. */
const barredBy = ({ t }: Translator, barred: NonNullable<Eligibility['barred']>): readonly string[] =>
  barred.reason === 'deceased' || barred.evidence.length === 0
    ? []
    : [
        t('barred.evidence', {
          evidence: barred.evidence.map(({ reference }) => chartText(reference)).join(t('format.joiner')),
        }),
      ];

/**
 * Recurrence or a second lung operation is recorded, or the patient has died: the risk is not defined any more; no
 * number, no proposal.
 */
export const renderBarredCard = (
  input: RenderContext & { readonly barred: NonNullable<Eligibility['barred']> },
): RenderedCard => {
  const { translator, barred } = input;
  const { t } = translator;
  const summary =
    barred.reason !== 'deceased' && barred.on !== undefined
      ? t(`barred.${barred.reason}.on`, { date: translator.date(barred.on) })
      : t(`barred.${barred.reason}`);
  return renderCard(input, {
    topic: 'no-risk-defined',
    indicator: 'info',
    summary,
    detail: [t(`barred.${barred.reason}.detail`), ...barredBy(translator, barred)],
  });
};

/** No lung cancer or no lung resection in the chart; shown only where explaining is switched on. */
export const renderOutOfScopeCard = (
  input: RenderContext & { readonly outOfScope: Eligibility['outOfScope'] },
): RenderedCard => {
  const { t } = input.translator;
  const reasons = input.outOfScope.map((reason) => t(`out-of-scope.${reason}`));
  return renderCard(input, {
    topic: 'out-of-scope',
    indicator: 'info',
    summary: t('out-of-scope.summary', { reasons: reasons.join(t('format.joiner')) }),
    detail: [list(reasons), t('out-of-scope.detail')],
  });
};

/** {@link renderNotEligibleCard} with fresh uuids. */
export const notEligibleCard = (input: Parameters<typeof renderNotEligibleCard>[0] & CardContext): Card =>
  stampCard(renderNotEligibleCard(input), input.uuid);

/** {@link renderBarredCard} with fresh uuids. */
export const barredCard = (input: Parameters<typeof renderBarredCard>[0] & CardContext): Card =>
  stampCard(renderBarredCard(input), input.uuid);

/** {@link renderOutOfScopeCard} with fresh uuids. */
export const outOfScopeCard = (input: Parameters<typeof renderOutOfScopeCard>[0] & CardContext): Card =>
  stampCard(renderOutOfScopeCard(input), input.uuid);
