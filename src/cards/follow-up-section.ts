import type { Translator } from '../i18n/index.ts';
import type { FollowUpProposal, PolicyCitation } from '../policy/index.ts';
import type { RenderedCard } from './base.ts';
import { list } from './base.ts';
import { chartText, escapeMarkdown, markdownLink } from './escape.ts';

const itemLine = (translator: Translator, proposal: FollowUpProposal): string => {
  const { t } = translator;
  const { value, unit } = proposal.interval;
  return t('followup.item', {
    title: chartText(proposal.title),
    date: translator.date(proposal.dueDate),
    window: t('format.range', {
      from: translator.date(proposal.windowStart),
      to: translator.date(proposal.windowEnd),
    }),
    interval: t('format.every', { duration: translator.duration(value, unit) }),
    sources: proposal.citations.map(({ label }) => chartText(label)).join(t('format.joiner')),
  });
};

/** One source of a proposal, with its link. */
export const sourceLine = ({ t }: Translator, { label, text, url }: PolicyCitation): string => {
  // References are the policy's, not the chart's, and longer than a chart's string may be.
  const reference = escapeMarkdown(text);
  return t('followup.source', {
    label: chartText(label),
    reference: url === undefined ? reference : markdownLink(reference, url),
  });
};

/**
 * What is proposed, when, on whose word; that nobody has shown that it helps, and that stage plays no part; and what a
 * proposed contrast CT needs to know.
 *
 * @param contrast lines of contrast-section.ts
 */
export const followUpSection = (
  translator: Translator,
  proposals: readonly FollowUpProposal[],
  contrast: readonly string[],
): readonly string[] => {
  if (proposals.length === 0) return [];
  const { t } = translator;
  const citations = new Map(
    proposals.flatMap((proposal) =>
      proposal.citations.map((citation) => [citation.label, citation] as const),
    ),
  );
  return [
    `**${t('followup.title')}**`,
    `**${t('followup.approval')}** ${t('followup.no-trial')} ${t('followup.stage')}`,
    list(proposals.map((proposal) => itemLine(translator, proposal))),
    ...contrast,
    t('followup.sources'),
    list([...citations.values()].map((citation) => sourceLine(translator, citation))),
  ];
};

/**
 * One suggestion a proposal, under `any`: each is one decision (a CT without the blood test, the visit alone) and
 * each request stands in exactly one suggestion, so nothing is created twice; "accept all" as one more suggestion
 * would double what is chosen beside it. None is `isRecommended`: clients may preselect those, and a preselected
 * request is approved by nobody, while the policy asks for a clinician's approval.
 */
export const followUpSuggestions = (
  translator: Translator,
  proposals: readonly FollowUpProposal[],
): NonNullable<RenderedCard['suggestions']> =>
  proposals.map(({ id, title, dueDate, resource }) => {
    const values = { title, date: translator.date(dueDate) };
    return {
      item: id,
      label: translator.t('followup.label', values),
      actions: [
        {
          type: 'create' as const,
          description: translator.t('followup.action', values),
          resource: { ...resource },
        },
      ],
    };
  });
