import type { Days, OrderCardContent, OrderKind, OrderVerdict, StandingTest } from '../../cards/index.ts';
import type { ClinicalFacts } from '../../chart/index.ts';
import type { Assessment } from '../../domain/index.ts';
import type { FollowUpPolicy, FollowUpProposal } from '../../policy/index.ts';
import { proposalsFor, type Decision, type Visit } from '../common/index.ts';
import { compareOrder, isOverdue, type OrderQuestion } from './compare.ts';
import type { Draft } from './drafts.ts';
import type { Covers, KindOf } from './kinds.ts';
import { standingOf } from './standing.ts';

export type RiskDecision = Extract<Decision, { readonly kind: 'risk' }>;

export interface FindingOptions {
  readonly policy: FollowUpPolicy;
  readonly kindOf: KindOf;
  readonly covers: Covers;
  readonly language: string;
}

/** When the test was done last, as far as the chart tells. */
const lastDoneOn = (
  test: OrderKind,
  clinical: ClinicalFacts | undefined,
  { modalities }: Assessment,
): string | undefined =>
  test === 'chest-ct'
    ? clinical?.ctStudies.at(-1)?.startedOn
    : modalities.find(({ modality }) => modality === 'cfdna')?.collectedOn;

const UNSEEN = { serviceRequests: 'orders', appointments: 'appointments' } as const;

const unseenOf = ({ care }: Visit): OrderCardContent['unseen'] =>
  (['serviceRequests', 'appointments'] as const).flatMap((key) =>
    care === undefined || care.unread.has(key) ? [UNSEEN[key]] : [],
  );

/** Verdicts in favour of the order go first: a policy may propose the test for more than one reason. */
const compared = (
  question: Omit<OrderQuestion, 'proposal'>,
  proposals: readonly FollowUpProposal[],
): { readonly verdict: OrderVerdict; readonly proposal?: FollowUpProposal } => {
  const answers = proposals.map((proposal) => ({
    verdict: compareOrder({ ...question, proposal }),
    proposal,
  }));
  return (
    answers.find(({ verdict }) => verdict.kind === 'fits') ??
    answers[0] ?? { verdict: compareOrder(question) }
  );
};

/** What stands against an order goes first in its table; past ones say nothing. */
const shownOf = (
  standing: readonly StandingTest[],
  verdict: OrderVerdict,
  { today, wanted }: { readonly today: string; readonly wanted: Days },
): readonly StandingTest[] => {
  const first = 'of' in verdict ? [verdict.of] : [];
  const from = today < wanted.from ? today : wanted.from;
  const rest = standing.filter((each) => !first.includes(each) && each.wanted.to >= from);
  return [...first, ...rest.sort((one, other) => (one.wanted.from < other.wanted.from ? -1 : 1))];
};

/** Can the policy be asked at all? It reads the risk group and the 12-month risk. */
const isGrouped = ({ risk }: Assessment): boolean =>
  risk.status === 'estimated' &&
  risk.stratum !== undefined &&
  risk.horizons.some(({ horizonMonths, status }) => horizonMonths === 12 && status === 'estimated');

/**
 * Each may be a card, and nobody writes so many tests of follow-up at once. Hundreds, made to choke on, would hold the
 * process up for seconds; those after the first few are left alone.
 */
const MOST_COMPARED = 20;

/** What there is to say of the selected orders, one finding an order; nothing of those that fit. */
export function findingsOf(
  drafts: readonly Draft[],
  { decision, visit }: { readonly decision: RiskDecision; readonly visit: Visit },
  { policy, kindOf, covers, language }: FindingOptions,
): readonly OrderCardContent[] {
  const { assessment, ageDays, rechecked } = decision;
  const { today, care = { serviceRequests: [], appointments: [] } } = visit;
  // A result from before today proposes nothing, as its dates would count from another visit; nor does one that may
  // not hold any more.
  const proposes = ageDays === 0 && rechecked && isGrouped(assessment);
  const all = proposes ? proposalsFor(policy, assessment, language) : [];
  const selected = drafts.filter(({ concerns }) => concerns).slice(0, MOST_COMPARED);
  return selected.flatMap((draft): OrderCardContent[] => {
    const { test, wanted, dated, reference, resource, title, fact } = draft;
    // An order for a day that is over writes down what was done.
    if (wanted === undefined || wanted.to < today) return [];
    const proposals = all
      .filter((each) => kindOf(each.resource.code?.coding ?? []) === test)
      .toSorted((one, other) => (one.dueDate < other.dueDate ? -1 : 1));
    const last = lastDoneOn(test, visit.clinical, assessment);
    const lastOn = last !== undefined && { lastOn: last };
    const options = { kindOf, covers, canonical: policy.canonical, today, drafts, ...lastOn };
    const standing = standingOf(draft, care, options);
    const { verdict, proposal } = compared(
      { today, wanted, dated, basedOn: fact.basedOn, standing, ...lastOn },
      proposals,
    );
    if (verdict.kind === 'fits') return [];
    return [
      {
        ...{ test, verdict, reference, draft: resource, wanted, dated, assessment, rechecked, ...lastOn },
        ...(title !== undefined && { title }),
        isOverdue: proposal !== undefined && isOverdue(today, last, proposal),
        standing: shownOf(standing, verdict, { today, wanted }),
        proposal: proposal ?? (proposes ? 'none-proposed' : 'no-stratum'),
        unseen: unseenOf(visit),
      },
    ];
  });
}
