import { daysBetween } from '../domain/index.ts';
import type { MessageKey, Translator } from '../i18n/index.ts';
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
  const { verdict, lastOn, wanted, isOverdue } = content;
  if (verdict.kind === 'duplicate' || verdict.kind === 'already-proposed') return verdict.of.wanted;
  const isOfLast = verdict.kind === 'recent' || (verdict.kind === 'too-late' && isOverdue);
  if (isOfLast && lastOn !== undefined) return { from: lastOn, to: lastOn };
  const proposal = proposalOf(content);
  return proposal === undefined ? wanted : windowOf(proposal);
};

type Sentence = Extract<MessageKey, `order.summary.${string}`>;

/** What stands against the order. */
const sentenceOf = ({ verdict, isOverdue }: OrderCardContent): Sentence => {
  if (verdict.kind === 'duplicate')
    return `order.summary.duplicate.${verdict.of.as === 'proposal' ? 'order' : verdict.of.as}`;
  return verdict.kind === 'too-late' && isOverdue ? 'order.summary.overdue' : `order.summary.${verdict.kind}`;
};

const summaryOf = ({ translator, simulated }: RenderContext, content: OrderCardContent): string => {
  const { t } = translator;
  const values = {
    kind: t(`order.kind.${content.test}`),
    date: daysText(translator, summaryDays(content)),
  };
  const said = t(sentenceOf(content), values);
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

/** Days are counted for three weeks, weeks for half a year. */
const duration = (translator: Translator, days: number): string => {
  if (days < 21) return translator.duration(days, 'd');
  return days < 183
    ? translator.duration(Math.round(days / 7), 'wk')
    : translator.duration(Math.floor(days / 30.4375), 'mo');
};

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
  const { test, proposal, lastOn, unseen, isOverdue, rechecked } = content;
  return [
    ...(isOverdue ? [`**${t('order.overdue')}**`] : []),
    ...(rechecked ? [] : [t('risk.not-rechecked')]),
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
 * The chart holds it, and it costs the patient a dose or blood: a warning. An order without a date may be meant for
 * now, and what stands for later; only of two that are both being written that cannot be. Everything else is about
 * dates that a policy proposes and no trial has shown to matter: information.
 */
const indicatorOf = ({ verdict, dated }: OrderCardContent): 'info' | 'warning' =>
  verdict.kind === 'duplicate' && (dated || verdict.of.as === 'draft') ? 'warning' : 'info';

/**
 * The card of one order that is being written. First that it is about follow-up only: who orders a CT for a cough is
 * right, and nothing here stands in the way.
 */
export const renderOrderCard = (input: RenderContext & OrderCardContent): RenderedCard => {
  const { translator, assessment } = input;
  const context = { ...input, simulated: input.simulated || assessment.model.simulated };
  const { t } = translator;
  return {
    ...renderCard(context, {
      topic: 'order',
      indicator: indicatorOf(input),
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
