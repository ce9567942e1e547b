import { describe, expect, it } from 'vitest';
import { loadPolicy, proposeFollowUp } from '../../../src/policy/index.ts';
import type { FollowUpQuery } from '../../../src/policy/index.ts';
import { shippedPlan } from './policy-file.ts';

/** The shipped plan with one element replaced, at a path of keys. */
const withElement = (path: readonly (string | number)[], value: unknown): unknown => {
  const plan = shippedPlan();
  let at: Record<string | number, unknown> = plan;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  const last = path.at(-1)!;
  if (value === undefined) Reflect.deleteProperty(at, last);
  else at[last] = value;
  return plan;
};

const expression = (text: string): unknown =>
  withElement(['action', 0, 'condition', 0, 'expression', 'expression'], text);

const EXPRESSION = 'PlanDefinition.action[0].condition[0].expression';

const timing = (value: unknown): unknown => withElement(['action', 0, 'action', 0, 'timingTiming'], value);

describe('loadPolicy names the element that is wrong', () => {
  it.each([
    ['another resource', withElement(['resourceType'], 'Plan'), 'PlanDefinition.resourceType'],
    ['no version', withElement(['version'], undefined), 'PlanDefinition.version'],
    ['retired', withElement(['status'], 'retired'), 'PlanDefinition.status'],
    ['no usage note', withElement(['usage'], undefined), 'PlanDefinition.usage'],
    ['no actions', withElement(['action'], []), 'PlanDefinition.action'],
    ['an untitled action', withElement(['action', 1, 'title'], ''), 'PlanDefinition.action[1].title'],
    [
      'CQL',
      withElement(['action', 0, 'condition', 0, 'expression', 'language'], 'text/cql'),
      `${EXPRESSION}.language`,
    ],
    ['a start condition', withElement(['action', 0, 'condition', 0, 'kind'], 'start'), 'condition[0].kind'],
    ['broken FHIRPath', expression("%stratum = 'low' and"), EXPRESSION],
    ['an unknown variable', expression('%stratumm = 1'), EXPRESSION],
    ['a condition that is no boolean', expression('%stratum'), EXPRESSION],
    ['a condition on the clock', expression('today() > @2026-01-01'), EXPRESSION],
    ['no interval', timing(undefined), 'PlanDefinition.action[0].action[0].timing'],
    [
      'half a month',
      timing({ repeat: { period: 0.5, periodUnit: 'mo' } }),
      'action[0].timingTiming.repeat.period',
    ],
    ['hours', timing({ repeat: { period: 6, periodUnit: 'h' } }), 'timingTiming.repeat.periodUnit'],
    ['twice a period', timing({ repeat: { frequency: 2, period: 6, periodUnit: 'mo' } }), 'repeat.frequency'],
    [
      'two timings',
      withElement(['action', 0, 'action', 0, 'timingDuration'], {
        value: 6,
        system: 'http://unitsofmeasure.org',
        code: 'mo',
      }),
      'PlanDefinition.action[0].action[0].timing',
    ],
    [
      'a definition that is not there',
      withElement(['action', 0, 'action', 0, 'definitionCanonical'], '#pet-ct'),
      'PlanDefinition.action[0].action[0].definitionCanonical',
    ],
    [
      'no citation',
      withElement(['action', 0, 'documentation'], undefined),
      'action[0].action[0].documentation',
    ],
    [
      'a link that runs script',
      withElement(['action', 0, 'documentation', 0, 'url'], 'javascript:alert(1)'),
      'PlanDefinition.action[0].documentation[0].url',
    ],
    ['an order', withElement(['contained', 0, 'intent'], 'order'), 'PlanDefinition.contained[0].intent'],
    [
      'a code without system',
      withElement(['contained', 0, 'code', 'coding', 0, 'system'], undefined),
      'coding[0].system',
    ],
    [
      'an id twice',
      withElement(['action', 0, 'action', 1, 'id'], 'low-years-1-2-contrast-chest-ct'),
      'low-years-1-2-contrast-chest-ct',
    ],
    ['nothing', null, 'PlanDefinition'],
  ])('%s', (_name, plan, element) => {
    expect(() => loadPolicy(plan)).toThrow(
      expect.objectContaining({ code: 'POLICY_INVALID', detail: expect.stringContaining(element) }),
    );
  });
});

const query: FollowUpQuery = {
  stratum: 'low',
  monthsSinceSurgery: 5,
  risk12: 0.04,
  landmarkDate: '2026-08-31',
  patientId: 'p1',
  language: 'en',
};

describe('what a hospital may edit', () => {
  it('conditions on the risk itself, in whole per cent', () => {
    const policy = loadPolicy(expression('%risk12 >= 0.04'));
    const ids = (risk12: number): string[] =>
      proposeFollowUp(policy, { ...query, stratum: 'high', risk12 }).map(({ id }) => id);
    // 0.0351 is shown as 4 % in whole per cent, 0.0349 as 3 %: the same months and stratum, another answer.
    expect(ids(0.0351)).toContain('low-years-1-2-contrast-chest-ct');
    expect(ids(0.0349)).not.toContain('low-years-1-2-contrast-chest-ct');
    expect(ids(0.0351)).toContain('low-years-1-2-contrast-chest-ct');
  });

  it('conditions on the documented resource', () => {
    const policy = loadPolicy(expression("parameter.where(name = 'monthsSinceSurgery').valueInteger = 5"));
    const count = (monthsSinceSurgery: number): number =>
      proposeFollowUp(policy, { ...query, stratum: 'high', monthsSinceSurgery }).length;
    // the high stratum's own two, and the low group's two
    expect(count(5)).toBe(4);
    expect(count(6)).toBe(2);
  });

  it('an empty answer means not applicable', () => {
    expect(proposeFollowUp(loadPolicy(expression('{}')), query)).toEqual([]);
  });

  it.each([
    // [interval, landmark, due, window: a sixth of the days between to each side]
    [{ period: 6, periodUnit: 'mo' }, '2026-08-31', '2027-02-28', '2027-01-29', '2027-03-30'],
    [{ period: 3, periodUnit: 'mo' }, '2026-11-30', '2027-02-28', '2027-02-13', '2027-03-15'],
    [{ period: 1, periodUnit: 'a' }, '2024-02-29', '2025-02-28', '2024-12-30', '2025-04-29'],
    [{ period: 6, periodUnit: 'wk' }, '2026-12-01', '2027-01-12', '2027-01-05', '2027-01-19'],
    [{ period: 90, periodUnit: 'd' }, '2026-03-01', '2026-05-30', '2026-05-15', '2026-06-14'],
  ])('%j from %s is due on %s, between %s and %s', (repeat, landmarkDate, due, start, end) => {
    const [proposal] = proposeFollowUp(loadPolicy(timing({ repeat })), { ...query, landmarkDate });
    expect(proposal).toMatchObject({ dueDate: due, windowStart: start, windowEnd: end });
    expect(proposal?.resource.occurrencePeriod).toEqual({ start, end });
  });

  it('timingDuration says the same as timingTiming', () => {
    const plan = timing(undefined) as { action: { action: Record<string, unknown>[] }[] };
    plan.action[0]!.action[0]!['timingDuration'] = {
      value: 6,
      system: 'http://unitsofmeasure.org',
      code: 'mo',
    };
    expect(proposeFollowUp(loadPolicy(plan), query)).toEqual(
      proposeFollowUp(loadPolicy(shippedPlan()), query),
    );
  });

  it('gives each call its own resources: changing one changes no other', () => {
    const policy = loadPolicy(shippedPlan());
    const [first] = proposeFollowUp(policy, query);
    first!.resource.code!.coding![0]!.code = 'changed';
    expect(proposeFollowUp(policy, query)[0]?.resource.code?.coding?.[0]?.code).toBe('24627-2');
  });
});
