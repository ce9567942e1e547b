import type { Days, OrderCardContent, OrderKind, OrderVerdict, StandingTest } from '../../cards/index.ts';
import type { ClinicalFacts } from '../../chart/index.ts';
import type { Assessment } from '../../domain/index.ts';
import type { FollowUpPolicy, FollowUpProposal } from '../../policy/index.ts';
import { proposalsFor, type Decision, type Visit } from '../common/index.ts';
import { compareOrder, type OrderQuestion } from './compare.ts';
import type { Draft } from './drafts.ts';
import type { KindOf } from './kinds.ts';
import { standingOf } from './standing.ts';

export type RiskDecision = Extract<Decision, { readonly kind: 'risk' }>;

export interface FindingOptions {
  readonly policy: FollowUpPolicy;
  readonly kindOf: KindOf;
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

/**
 * Each may be a card, and nobody writes so many tests of follow-up at once. Hundreds, made to choke on, would hold the
 * process up for seconds; those after the first few are left alone.
 */
const MOST_COMPARED = 20;

/** What there is to say of the selected orders, one finding an order; nothing of those that fit. */
export function findingsOf(
  drafts: readonly Draft[],
  { decision, visit }: { readonly decision: RiskDecision; readonly visit: Visit },
  { policy, kindOf, language }: FindingOptions,
): readonly OrderCardContent[] {
  const { assessment, ageDays } = decision;
  const { today, care = { serviceRequests: [], appointments: [] } } = visit;
  // A result from before today proposes nothing: its dates would count from another visit.
  const all = ageDays === 0 ? proposalsFor(policy, assessment, language) : [];
  const proposes = ageDays === 0 && assessment.risk.status === 'estimated' && assessment.risk.stratum;
  const compare = drafts.filter(({ selected }) => selected).slice(0, MOST_COMPARED);
  return compare.flatMap((draft): OrderCardContent[] => {
    const { test, wanted, dated, reference, resource, title, fact } = draft;
    if (wanted === undefined) return [];
    const proposals = all
      .filter((each) => kindOf(each.resource.code?.coding ?? []) === test)
      .toSorted((one, other) => (one.dueDate < other.dueDate ? -1 : 1));
    const lastOn = lastDoneOn(test, visit.clinical, assessment);
    const standing = standingOf(draft, care, { kindOf, canonical: policy.canonical, today, drafts });
    const { verdict, proposal } = compared(
      { today, wanted, dated, basedOn: fact.basedOn, standing, ...(lastOn !== undefined && { lastOn }) },
      proposals,
    );
    if (verdict.kind === 'fits') return [];
    return [
      {
        ...{ test, verdict, reference, draft: resource, wanted, dated, assessment },
        ...(title !== undefined && { title }),
        ...(lastOn !== undefined && { lastOn }),
        standing: shownOf(standing, verdict, { today, wanted }),
        proposal: proposal ?? (proposes ? 'none-proposed' : 'no-stratum'),
        unseen: unseenOf(visit),
      },
    ];
  });
}
