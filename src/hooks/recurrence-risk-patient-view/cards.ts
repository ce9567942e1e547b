import { randomUUID } from 'node:crypto';
import {
  barredCard,
  notEligibleCard,
  outOfScopeCard,
  pendingCard,
  riskCard,
  unavailableCard,
  type Card,
  type CardContext,
} from '../../cards/index.ts';
import { monthsSinceSurgery, type Assessment } from '../../domain/index.ts';
import { proposeFollowUp, type FollowUpPolicy, type FollowUpProposal } from '../../policy/index.ts';
import type { Decision, Earlier } from './decide.ts';

export interface CardDependencies {
  readonly policy: FollowUpPolicy;
  readonly simulated: boolean;
  readonly explainOutOfScope: boolean;
}

const SOURCE = { label: 'recurrence-cds' } as const;

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

const cardOf = (decision: Decision, context: CardContext, dependencies: CardDependencies): Card => {
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
    case 'risk':
      return riskCard({
        ...context,
        ...decision,
        // A result from before today proposes nothing: its dates would count from another visit.
        proposals:
          decision.ageDays === 0
            ? proposalsFor(dependencies.policy, decision.assessment, context.translator.language)
            : [],
      });
  }
};

/** The answer's cards. Out of scope is silence: patient-view fires for every patient of the hospital. */
export function cardsFor(
  decision: Decision,
  translator: CardContext['translator'],
  dependencies: CardDependencies,
): Card[] {
  if (decision.kind === 'out-of-scope' && !dependencies.explainOutOfScope) return [];
  const context = { translator, source: SOURCE, uuid: randomUUID, simulated: dependencies.simulated };
  return [cardOf(decision, context, dependencies)];
}
