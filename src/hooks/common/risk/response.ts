import {
  cardTemplate,
  renderBarredCard,
  renderNotEligibleCard,
  renderOutOfScopeCard,
  renderPendingCard,
  renderRiskCard,
  renderUnavailableCard,
  type CardTemplate,
  type RenderContext,
  type RenderedCard,
} from '../../../cards/index.ts';
import { monthsSinceSurgery, type Assessment } from '../../../domain/index.ts';
import { proposeFollowUp, type FollowUpPolicy, type FollowUpProposal } from '../../../policy/index.ts';
import type { Decision, Earlier } from './decide.ts';
import type { Recent } from './recent.ts';

export interface CardDependencies {
  readonly policy: FollowUpPolicy;
  readonly simulated: boolean;
  readonly explainOutOfScope: boolean;
  readonly rendered: Recent<CardTemplate>;
}

/** What every card says it is from. */
export const CARD_SOURCE = { label: 'recurrence-cds' } as const;

/** The follow-up that the policy proposes on the day of an assessment; none without a stratum. */
export const proposalsFor = (
  policy: FollowUpPolicy,
  { risk, landmarkDate, surgeryDate, patientId }: Assessment,
  language: string,
): readonly FollowUpProposal[] => {
  if (risk.status !== 'estimated' || risk.stratum === undefined) return [];
  const twelve = risk.horizons.find((horizon) => horizon.horizonMonths === 12);
  if (twelve?.status !== 'estimated') return [];
  return proposeFollowUp(policy, {
    stratum: risk.stratum,
    risk12: twelve.risk,
    monthsSinceSurgery: monthsSinceSurgery({ date: landmarkDate, surgeryDate }),
    landmarkDate,
    patientId,
    language,
  });
};

const withEarlier = (earlier: Earlier | undefined) => (earlier === undefined ? {} : { previous: earlier });

type RiskDecision = Extract<Decision, { kind: 'risk' }>;

const renderRisk = (
  decision: RiskDecision,
  context: RenderContext,
  { policy }: CardDependencies,
): RenderedCard =>
  renderRiskCard({
    ...context,
    ...decision,
    // A result from before today proposes nothing: its dates would count from another visit.
    proposals:
      decision.ageDays === 0 ? proposalsFor(policy, decision.assessment, context.translator.language) : [],
  });

/**
 * The same result in the same language is the same card but for its uuids, and a chart is opened more than once
 * a visit: the last few hundred are kept, in memory only.
 */
const renderedRisk = (
  decision: RiskDecision,
  context: RenderContext,
  dependencies: CardDependencies,
): CardTemplate => {
  const { assessment, previous, rechecked, ageDays, criteria, contrast } = decision;
  const key = [
    assessment.fingerprint,
    assessment.computedAt,
    // Corrected by our own reading of the chart, a result keeps its instant.
    assessment.readBy,
    previous?.fingerprint,
    previous?.computedAt,
    previous?.readBy,
    String(rechecked),
    String(ageDays),
    context.translator.language,
    // Judged anew in each request, by settings and facts that are not all in the name of the result.
    ...criteria.flatMap(({ result, reason, found }) => [result, reason, found]),
    JSON.stringify(contrast),
  ].join(' ');
  return dependencies.rendered.get(key, () => cardTemplate(renderRisk(decision, context, dependencies)));
};

const renderOther = (decision: Exclude<Decision, RiskDecision>, context: RenderContext): RenderedCard => {
  switch (decision.kind) {
    case 'out-of-scope':
      return renderOutOfScopeCard({ ...context, outOfScope: decision.eligibility.outOfScope });
    case 'barred':
      return renderBarredCard({ ...context, barred: decision.barred });
    case 'not-eligible':
      return renderNotEligibleCard({ ...context, eligibility: decision.eligibility });
    case 'pending':
    case 'unavailable':
      return renderWaiting(decision, context);
  }
};

/** "Being computed", or "not available now" and why: what any service says that waits for a risk. */
export const renderWaiting = (
  decision: Extract<Decision, { kind: 'pending' | 'unavailable' }>,
  context: RenderContext,
): RenderedCard =>
  decision.kind === 'pending'
    ? renderPendingCard({ ...context, ...withEarlier(decision.earlier) })
    : renderUnavailableCard({ ...context, errorCode: decision.code, ...withEarlier(decision.earlier) });

/**
 * The card of a decision. Out of scope is silence: patient-view fires for every patient of the hospital.
 */
export function riskCards(
  decision: Decision,
  translator: RenderContext['translator'],
  dependencies: CardDependencies,
): readonly CardTemplate[] {
  if (decision.kind === 'out-of-scope' && !dependencies.explainOutOfScope) return [];
  const context = { translator, source: CARD_SOURCE, simulated: dependencies.simulated };
  return decision.kind === 'risk'
    ? [renderedRisk(decision, context, dependencies)]
    : [cardTemplate(renderOther(decision, context))];
}
