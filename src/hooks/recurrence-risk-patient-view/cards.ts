import { randomUUID } from 'node:crypto';
import {
  barredCard,
  notEligibleCard,
  outOfScopeCard,
  pendingCard,
  cardTemplate,
  renderRiskCard,
  unavailableCard,
  type Card,
  type CardContext,
  type CardTemplate,
  type RenderedCard,
} from '../../cards/index.ts';
import { monthsSinceSurgery, type Assessment } from '../../domain/index.ts';
import { proposeFollowUp, type FollowUpPolicy, type FollowUpProposal } from '../../policy/index.ts';
import type { Decision, Earlier } from './decide.ts';
import type { Recent } from './recent.ts';

export interface CardDependencies {
  readonly policy: FollowUpPolicy;
  readonly simulated: boolean;
  readonly explainOutOfScope: boolean;
  readonly rendered: Recent<CardTemplate>;
}

const SOURCE = { label: 'recurrence-cds' } as const;
const NO_CARDS = Buffer.from('{"cards":[]}');
const BEFORE_CARDS = Buffer.from('{"cards":[');
const AFTER_CARDS = Buffer.from(']}');

const proposalsFor = (
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
  context: CardContext,
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
  context: CardContext,
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

const cardOf = (decision: Exclude<Decision, RiskDecision>, context: CardContext): Card => {
  switch (decision.kind) {
    case 'out-of-scope':
      return outOfScopeCard({ ...context, outOfScope: decision.eligibility.outOfScope });
    case 'barred':
      return barredCard({ ...context, barred: decision.barred });
    case 'not-eligible':
      return notEligibleCard({ ...context, eligibility: decision.eligibility });
    case 'pending':
      return pendingCard({ ...context, ...withEarlier(decision.earlier) });
    case 'unavailable':
      return unavailableCard({ ...context, errorCode: decision.code, ...withEarlier(decision.earlier) });
  }
};

/**
 * The response to a decision. Out of scope is silence: patient-view fires for every patient of the hospital.
 *
 * @returns `{"cards": [...]}` as JSON
 */
export function responseFor(
  decision: Decision,
  translator: CardContext['translator'],
  dependencies: CardDependencies,
): Buffer {
  if (decision.kind === 'out-of-scope' && !dependencies.explainOutOfScope) return NO_CARDS;
  const context = { translator, source: SOURCE, uuid: randomUUID, simulated: dependencies.simulated };
  if (decision.kind !== 'risk') return Buffer.from(JSON.stringify({ cards: [cardOf(decision, context)] }));
  const card = renderedRisk(decision, context, dependencies).stamp(context.uuid);
  return Buffer.concat([BEFORE_CARDS, card, AFTER_CARDS]);
}
