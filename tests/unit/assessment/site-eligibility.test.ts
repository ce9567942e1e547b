/** A site's eligibility settings and the names of its results. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_ELIGIBILITY, type EligibilitySettings } from '../../../src/eligibility/index.ts';
import { SITE, startBench, story, type Bench } from './bench.ts';

const rules = new Map<string, EligibilitySettings>([
  ['strict', { ...DEFAULT_ELIGIBILITY, minimumNeoadjuvantCycles: 3 }],
  ['open', { ...DEFAULT_ELIGIBILITY, blocking: { notMet: [], unknown: [] } }],
]);

let bench: Bench;
beforeAll(async () => {
  bench = await startBench({ eligibilityOf: (tenant) => rules.get(tenant) ?? DEFAULT_ELIGIBILITY });
});
afterAll(() => bench.close());

const planAt = (tenant: string) => bench.plan(story(), undefined, { ...SITE, tenant });
const cyclesAt = (tenant: string) =>
  planAt(tenant).eligibility.criteria.find(({ id }) => id === 'neoadjuvant')?.result;

it('each tenant is judged by its own settings', () => {
  expect([cyclesAt('site'), cyclesAt('strict')]).toEqual(['met', 'not-met']);
  expect(planAt('strict').eligibility.eligible).toBe(false);
  expect(planAt('open').eligibility.eligible).toBe(true);
});

it('changed settings are another result; the scores behind it stay', () => {
  const before = planAt('site').assessable;
  rules.set('site', { ...DEFAULT_ELIGIBILITY, tnmEditionWhenUnstated: '8' });
  const after = planAt('site').assessable;
  rules.delete('site');
  expect(after?.fingerprint).not.toBe(before?.fingerprint);
  expect(after?.scoreFingerprints).toEqual(before?.scoreFingerprints);
  expect(planAt('site').assessable?.fingerprint).toBe(before?.fingerprint);
});
