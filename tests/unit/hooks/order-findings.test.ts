/** What order-select may say where the policy cannot be asked, or a site has edited it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Assessment } from '../../../src/domain/index.ts';
import { followUpDrafts } from '../../../src/hooks/recurrence-risk-order-select/drafts.ts';
import { findingsOf, type RiskDecision } from '../../../src/hooks/recurrence-risk-order-select/findings.ts';
import { createCovers, createKindOf } from '../../../src/hooks/recurrence-risk-order-select/kinds.ts';
import { loadPolicy } from '../../../src/policy/index.ts';
import { PACKAGE_ROOT } from '../../../src/platform/index.ts';
import { loadTerminology } from '../../../src/terminology/index.ts';
import { bundle, CTDNA, namesOf, order } from '../../support/draft-orders.ts';
import { assessment, contrast, criteriaWith, estimated } from '../cards/fixtures.ts';

const TODAY = '2026-11-23';
const codes = loadTerminology([path.join(PACKAGE_ROOT, 'fhir-profiles')]);
const kindOf = createKindOf(codes);
const shipped = JSON.parse(
  readFileSync(path.join(PACKAGE_ROOT, 'config', 'follow-up-policy.json'), 'utf8'),
) as { action: { action: { id: string }[] }[] };

/** The shipped policy with some of its items only, as a site may edit it. */
const policyWith = (keep: RegExp) =>
  loadPolicy({
    ...shipped,
    action: shipped.action.map((group) => ({
      ...group,
      action: group.action.filter(({ id }) => keep.test(id)),
    })),
  });

/** Three blood samples' day is in the fixtures: 2 November. */
const ask = (
  day: string,
  {
    policy = policyWith(/./),
    parts = {},
    rechecked = true,
    ageDays = 0,
    code = CTDNA,
  }: {
    policy?: ReturnType<typeof loadPolicy>;
    parts?: Partial<Assessment>;
    rechecked?: boolean;
    ageDays?: number;
    code?: typeof CTDNA;
  } = {},
) => {
  const drafts = [order('d', 'p1', { code, occurrenceDateTime: day })];
  const context = { userId: 'Practitioner/1', patientId: 'p1', selections: namesOf(...drafts) };
  const draftOrders = bundle(...drafts) as never;
  const decision: RiskDecision = {
    ...{ kind: 'risk', assessment: assessment(parts), rechecked, ageDays },
    criteria: criteriaWith(),
    contrast: contrast(),
  };
  return findingsOf(
    followUpDrafts({ ...context, draftOrders }, { kindOf, codes }, { timeZone: 'UTC', today: TODAY }),
    { decision, visit: { decision, today: TODAY } },
    { policy, kindOf, covers: createCovers(codes), language: 'en' },
  );
};
const proposalOf = (...asked: Parameters<typeof ask>) => ask(...asked)[0]?.proposal;

describe('an order soon after the last one', () => {
  it('says that the policy proposes none, where it was asked', () => {
    expect(proposalOf(TODAY)).toBe('none-proposed');
  });

  it.each<[string, Parameters<typeof ask>[1]]>([
    ['no risk could be estimated', { parts: { risk: { status: 'not-estimable', reason: 'too-late' } } }],
    ['there is no 12-month risk', { parts: { risk: estimated({ horizons: [] }) } }],
    ['the result could not be rechecked', { rechecked: false }],
    ['the result is of another day', { ageDays: 3 }],
  ])('does not say so where it could not be: %s', (_, parts) => {
    expect(proposalOf(TODAY, parts)).toBe('no-stratum');
  });

  it('tells that the result was not rechecked', () => {
    expect(ask(TODAY, { rechecked: false })[0]?.rechecked).toBe(false);
  });
});

describe('a policy that a site has edited', () => {
  const CT = order('', '').code!;
  const late = '2027-09-01';

  it('without a CT, no CT is late', () => {
    expect(ask(late, { code: CT })[0]?.verdict.kind).toBe('too-late');
    expect(ask(late, { code: CT, policy: policyWith(/clinic-visit/) })).toEqual([]);
  });
});
