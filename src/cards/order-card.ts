import { daysBetween } from '../domain/index.ts';
import type { Translator } from '../i18n/index.ts';
import type { FollowUpProposal } from '../policy/index.ts';
import { list, renderCard, table, type RenderContext, type RenderedCard } from './base.ts';
import { chartText, escapeMarkdown } from './escape.ts';
import { sourceLine } from './follow-up-section.ts';
import { riskInWords } from './headline.ts';
import { daysText, type Days, type OrderCardContent, type StandingTest } from './order-content.ts';
import { orderSuggestions } from './order-suggestions.ts';
import { overrideReasons, type OverrideReason } from './override-reasons.ts';

/** That it is for another question goes first: it is the one that is always right. */
const REASONS: readonly OverrideReason[] = [
  'other-clinical-question',
  'date-medically-needed',
  'ordered-elsewhere',
  'patient-preference',
  'clinical-judgement',
  'result-implausible',
];

/** Rows of what the order was compared with: a chart may hold any number. */
const MOST_ROWS = 5;

const windowOf = ({ windowStart, windowEnd }: FollowUpProposal): Days => ({
  from: windowStart,
  to: windowEnd,
});

const proposalOf = ({ proposal }: OrderCardContent): FollowUpProposal | undefined =>
  typeof proposal === 'string' ? undefined : proposal;

/** The days that the summary names: of what stands against the order. */
const summaryDays = (content: OrderCardContent): Days => {
  const { verdict, lastOn, wanted } = content;
  if (verdict.kind === 'duplicate' || verdict.kind === 'already-proposed') return verdict.of.wanted;
  if (verdict.kind === 'recent' && lastOn !== undefined) return { from: lastOn, to: lastOn };
  const proposal = proposalOf(content);
  return proposal === undefined ? wanted : windowOf(proposal);
};

const summaryOf = ({ translator, simulated }: RenderContext, content: OrderCardContent): string => {
  const { t } = translator;
  const { verdict, test } = content;
  const values = { kind: t(`order.kind.${test}`), date: daysText(translator, summaryDays(content)) };
  const said =
    verdict.kind === 'duplicate'
      ? t(`order.summary.duplicate.${verdict.of.as === 'proposal' ? 'order' : verdict.of.as}`, values)
      : t(`order.summary.${verdict.kind}`, values);
  return [said, ...(simulated ? [t('banner.simulated')] : [])].join(t('sentence.end'));
};

const standingRow = (translator: Translator, { reference, as, wanted }: StandingTest): readonly string[] => [
  translator.t(`order.row.${as}`, { reference: chartText(reference) }),
  daysText(translator, wanted),
  '',
];

const proposedRow = (translator: Translator, proposal: FollowUpProposal): readonly string[] => {
  const { t, date, duration } = translator;
  const { title, dueDate, interval, citations } = proposal;
  return [
    t('order.row.proposed', { title: chartText(title) }),
    daysText(translator, windowOf(proposal)),
    t('order.finding.due', {
      date: date(dueDate),
      interval: t('format.every', { duration: duration(interval.value, interval.unit) }),
      sources: citations.map(({ label }) => chartText(label)).join(t('format.joiner')),
    }),
  ];
};

/** In weeks where it is weeks: days are counted for three of them. */
const duration = (translator: Translator, days: number): string =>
  days < 21 ? translator.duration(days, 'd') : translator.duration(Math.round(days / 7), 'wk');

const lastRow = (translator: Translator, content: OrderCardContent): readonly (readonly string[])[] => {
  const { test, lastOn, wanted } = content;
  if (lastOn === undefined) return [];
  const days = daysBetween(lastOn, wanted.from);
  const before =
    days < 0 ? '' : translator.t('order.finding.before', { duration: duration(translator, days) });
  return [[translator.t(`order.row.last.${test}`), translator.date(lastOn), before]];
};

const comparison = (translator: Translator, content: OrderCardContent): string => {
  const { t } = translator;
  const { test, verdict, title, wanted, dated, standing } = content;
  const proposal = proposalOf(content);
  const date = daysText(translator, wanted);
  return table(
    [t('order.column.test'), t('order.column.date'), t('order.column.finding')],
    [
      [
        t('order.row.this', { title: chartText(title ?? t(`order.kind.${test}`)) }),
        dated ? date : t('order.date.undated', { date }),
        t(`order.finding.${verdict.kind}`),
      ],
      ...standing.slice(0, MOST_ROWS).map((each) => standingRow(translator, each)),
      ...lastRow(translator, content),
      ...(proposal === undefined ? [] : [proposedRow(translator, proposal)]),
    ],
  );
};

/** What is not known, and what was not proposed. */
const limits = ({ t }: Translator, content: OrderCardContent): readonly string[] => {
  const { test, proposal, lastOn, unseen } = content;
  return [
    ...(proposal === 'none-proposed' ? [t(`order.none-proposed.${test}`)] : []),
    ...(proposal === 'no-stratum' ? [t('order.no-stratum')] : []),
    ...(lastOn === undefined ? [t(`order.last-unknown.${test}`)] : []),
    ...unseen.map((what) => t(`order.unseen.${what}`)),
  ];
};

const policyLines = (translator: Translator, proposal: FollowUpProposal | undefined): readonly string[] => {
  if (proposal === undefined) return [];
  const { t } = translator;
  return [
    `**${t('followup.approval')}** ${t('followup.no-trial')} ${t('followup.stage')}`,
    t('followup.sources'),
    list(proposal.citations.map((citation) => sourceLine(translator, citation))),
  ];
};

/**
 * The card of one order that is being written. First that it is about follow-up only: who orders a CT for a cough is
 * right, and nothing here stands in the way.
 *
 * A duplicate is a warning: the chart holds it, and it costs the patient a dose or blood. Everything else is about
 * dates that a policy proposes and no trial has shown to matter: information.
 */
export const renderOrderCard = (input: RenderContext & OrderCardContent): RenderedCard => {
  const { translator, assessment, verdict } = input;
  const context = { ...input, simulated: input.simulated || assessment.model.simulated };
  const { t } = translator;
  return {
    ...renderCard(context, {
      topic: 'order',
      indicator: verdict.kind === 'duplicate' ? 'warning' : 'info',
      summary: summaryOf(context, input),
      detail: [
        `**${t('order.scope')}**`,
        comparison(translator, input),
        ...limits(translator, input),
        t('order.risk', {
          risk: escapeMarkdown(riskInWords(translator, assessment)),
          date: translator.date(assessment.landmarkDate),
        }),
        ...policyLines(translator, proposalOf(input)),
      ],
    }),
    ...orderSuggestions(translator, input),
    overrideReasons: overrideReasons(translator, REASONS),
  };
};
