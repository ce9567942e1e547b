import type { Assessment, ModelIdentity } from '../domain/index.ts';
import type { CriterionResult } from '../eligibility/index.ts';
import type { Translator } from '../i18n/index.ts';
import type { FollowUpProposal } from '../policy/index.ts';
import type { CardContext, RenderContext, RenderedCard } from './base.ts';
import { renderCard, stampCard } from './base.ts';
import { changeSection } from './change-section.ts';
import { contrastLines, type ContrastNotes } from './contrast-section.ts';
import { criteriaSection } from './criteria-section.ts';
import { chartText } from './escape.ts';
import { evidenceSection } from './evidence-section.ts';
import { followUpSection, followUpSuggestions } from './follow-up-section.ts';
import { riskInWords } from './headline.ts';
import { siteLinks, type SiteLink } from './links.ts';
import { overrideReasons } from './override-reasons.ts';
import { reasonsSection } from './reasons-section.ts';
import type { Currency } from './risk-section.ts';
import { riskSection } from './risk-section.ts';
import type { Card } from './schema.ts';
import { visitSection } from './visit-section.ts';

export interface RiskCardContent extends Currency {
  readonly assessment: Assessment;
  /** The last assessment at an earlier landmark. */
  readonly previous?: Assessment;
  /** What the policy proposes for this stratum and time; left out where no risk could be estimated. */
  readonly proposals: readonly FollowUpProposal[];
  /** As judged in this request; those that are not met and yet don't block are reported. */
  readonly criteria: readonly CriterionResult[];
  /** Shown where a contrast CT is among the proposals. */
  readonly contrast: ContrastNotes;
  /** The site's. */
  readonly links?: readonly SiteLink[];
  /** A visit begins: say what it should bring. */
  readonly atVisit?: boolean;
}

/** Hex digits of the digest that a card shows: enough to tell models apart, short enough to read out. */
const DIGEST_CHARACTERS = 12;

const modelLine = ({ t, number }: Translator, model: ModelIdentity): string =>
  t(model.simulated ? 'model.line.simulated' : 'model.line', {
    id: chartText(model.id),
    version: chartText(model.version),
    digest: chartText(model.digest.slice(model.digest.lastIndexOf(':') + 1).slice(0, DIGEST_CHARACTERS)),
    patients: number(model.trainingPatients, 0),
  });

/**
 * high: warning; everything else: info. Never `critical`: EHRs interrupt for it, and a risk over twelve months is
 * no emergency; a card that interrupts too often is switched off. `intermediate` stays info for the same reason.
 */
const indicatorOf = ({ risk }: Assessment): Card['indicator'] =>
  risk.status === 'estimated' && risk.stratum === 'high' ? 'warning' : 'info';

const summaryOf = (context: RenderContext, { assessment, rechecked, ageDays }: RiskCardContent): string => {
  const { translator, simulated } = context;
  const { t } = translator;
  // An older result's date says more than "not rechecked", which then stands in the detail: both don't fit.
  const currency =
    ageDays > 0
      ? [t('risk.summary.as-of', { date: translator.date(assessment.landmarkDate) })]
      : rechecked
        ? []
        : [t('risk.summary.not-rechecked')];
  const parts = [
    riskInWords(translator, assessment),
    ...currency,
    ...(simulated ? [t('banner.simulated')] : []),
  ];
  return parts.join(t('sentence.end'));
};

/**
 * The card of a result, without uuids: the same input gives the same card, so that a caller may keep it by
 * what it is made of. Shows, in this order: the banner of a simulated model; the risks with their 90 % intervals; each
 * modality; what the visit should bring, where one begins; what changed; the reasons; the proposed follow-up; the study's criteria; the model.
 *
 * A risk that could not be estimated gives a card without number; without a stratum there are no suggestions.
 */
export const renderRiskCard = (input: RenderContext & RiskCardContent): RenderedCard => {
  const { translator, assessment, previous, ageDays } = input;
  // Any number's own model decides too: a stored result may be of another model than the installed one.
  const isSimulated = [assessment, previous].some((shown) => shown?.model.simulated === true);
  const context = { ...input, simulated: input.simulated || isSimulated };
  const { risk } = assessment;
  // The policy is by stratum: without one there is nothing to propose.
  const proposals = risk.status === 'estimated' && risk.stratum !== undefined ? input.proposals : [];
  const card = renderCard(context, {
    topic: 'recurrence-risk',
    indicator: indicatorOf(assessment),
    summary: summaryOf(context, input),
    detail: [
      ...riskSection(translator, assessment, input),
      ...evidenceSection(translator, assessment, ageDays),
      // An older result tells what was missing then.
      ...(input.atVisit === true && ageDays === 0 ? visitSection(translator, assessment) : []),
      ...changeSection(translator, assessment, previous),
      ...reasonsSection(translator, assessment),
      ...followUpSection(
        translator,
        proposals,
        contrastLines(translator, input.contrast, proposals, assessment.landmarkDate),
      ),
      ...criteriaSection(translator, input.criteria),
      modelLine(translator, assessment.model),
    ],
  });
  return {
    ...card,
    ...(proposals.length > 0 && {
      suggestions: followUpSuggestions(translator, proposals),
      selectionBehavior: 'any',
    }),
    overrideReasons: overrideReasons(translator),
    ...siteLinks(translator.language, input.links ?? [], assessment.fingerprint),
  };
};

/** {@link renderRiskCard} with fresh uuids. */
export const riskCard = (input: CardContext & RiskCardContent): Card =>
  stampCard(renderRiskCard(input), input.uuid);
