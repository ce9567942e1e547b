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
  type SiteLink,
} from '../../../cards/index.ts';
import { monthsSinceSurgery, type Assessment } from '../../../domain/index.ts';
import { proposeFollowUp, type FollowUpPolicy, type FollowUpProposal } from '../../../policy/index.ts';
import type { HookDependencies } from '../dependencies.ts';
import type { Decision, Earlier } from './decide.ts';
import type { Recent } from './recent.ts';

export interface CardDependencies {
  readonly policy: FollowUpPolicy;
  readonly simulated: boolean;
  readonly explainOutOfScope: boolean;
  readonly rendered: Recent<CardTemplate>;
  readonly translators: HookDependencies['translators'];
  /** Cards say what the visit should bring. */
  readonly atVisit: boolean;
}

/** Whom a card is for. */
export interface CardReader {
  readonly translator: RenderContext['translator'];
  /** The site's. */
  readonly links: readonly SiteLink[];
}

type RiskRenderContext = RenderContext & Pick<CardReader, 'links'>;

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
  context: RiskRenderContext,
  { policy, atVisit }: Pick<CardDependencies, 'policy' | 'atVisit'>,
): RenderedCard =>
  renderRiskCard({
    ...context,
    ...decision,
    atVisit,
    // A result from before today proposes nothing: its dates would count from another visit.
    proposals:
      decision.ageDays === 0 ? proposalsFor(policy, decision.assessment, context.translator.language) : [],
  });

type OtherDecision = Exclude<Decision, RiskDecision>;

const renderOther = (decision: OtherDecision, context: RiskRenderContext): RenderedCard => {
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
  context: RenderContext & Partial<Pick<CardReader, 'links'>>,
): RenderedCard =>
  decision.kind === 'pending'
    ? renderPendingCard({ ...context, ...withEarlier(decision.earlier) })
    : renderUnavailableCard({ ...context, errorCode: decision.code, ...withEarlier(decision.earlier) });

const render = (
  decision: Decision,
  context: RiskRenderContext,
  dependencies: Pick<CardDependencies, 'policy' | 'atVisit'>,
): RenderedCard =>
  decision.kind === 'risk' ? renderRisk(decision, context, dependencies) : renderOther(decision, context);

/**
 * The card, and what it says: two cards say the same that are the same in English, without the site's links and
 * without what one service adds for the visit. So a card never replaces itself in another language or at another door.
 */
const templateOf = (
  decision: Decision,
  context: RiskRenderContext,
  dependencies: CardDependencies,
): CardTemplate => {
  const { translators, policy } = dependencies;
  const english = translators('en');
  const card = render(decision, context, dependencies);
  if (context.translator === english && context.links.length === 0 && !dependencies.atVisit)
    return cardTemplate(card);
  const plain = { ...context, translator: english, links: [] };
  return cardTemplate(card, render(decision, plain, { policy, atVisit: false }));
};

/**
 * The same result in the same language is the same card but for its uuids, and a chart is opened more than once
 * a visit: the last few hundred are kept, in memory only.
 */
const keptTemplateOf = (
  decision: RiskDecision,
  context: RiskRenderContext,
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
    JSON.stringify(context.links),
    // Judged anew in each request, by settings and facts that are not all in the name of the result.
    ...criteria.flatMap(({ result, reason, found }) => [result, reason, found]),
    JSON.stringify(contrast),
  ].join(' ');
  return dependencies.rendered.get(key, () => templateOf(decision, context, dependencies));
};

/**
 * The card of a decision. Out of scope is silence: patient-view fires for every patient of the hospital.
 */
export function riskCards(
  decision: Decision,
  { translator, links }: CardReader,
  dependencies: CardDependencies,
): readonly CardTemplate[] {
  if (decision.kind === 'out-of-scope' && !dependencies.explainOutOfScope) return [];
  const context = { translator, links, source: CARD_SOURCE, simulated: dependencies.simulated };
  return [
    decision.kind === 'risk'
      ? keptTemplateOf(decision, context, dependencies)
      : templateOf(decision, context, dependencies),
  ];
}
