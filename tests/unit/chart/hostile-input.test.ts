/** Nothing that comes as a chart may throw anything but a CdsError, in any room that reads it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { careFacts, clinicalFacts, resultsKnownBy } from '../../../src/chart/index.ts';
import { CdsError } from '../../../src/domain/index.ts';
import { judgeEligibility } from '../../../src/eligibility/index.ts';
import { allergy, attenuation, chestCt, consent, laboratory, order, specimen } from '../support/clinical.ts';
import {
  chartOf,
  concept,
  condition,
  diseaseStatus,
  eligibleStory,
  markers,
  panel,
  panelOfMembers,
  patient,
  report,
  stage,
  SURGERY,
  type Resource,
} from '../support/fhir.ts';
import { modalities, NEVER, terminology } from '../support/reading.ts';

describe('hostile input', () => {
  /** Everything that is built on a chart: nothing of it may throw anything but a CdsError. */
  const readAll = async (resources: readonly unknown[]): Promise<void> => {
    let chart;
    try {
      chart = chartOf(resources, 'Asia/Shanghai');
    } catch (error) {
      expect(error).toBeInstanceOf(CdsError);
      return;
    }
    for (const fact of [...chart.observations, ...resultsKnownBy(chart, '2026-06-01').reports])
      for (const date of [fact.effectiveOn, fact.issuedOn])
        if (date !== undefined) expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    const clinical = clinicalFacts(chart, terminology, '2026-06-01');
    JSON.stringify(clinical); // reads what is computed when it is asked for
    careFacts({ documents: resources }, 'Asia/Shanghai');
    judgeEligibility({
      patient: chart.patient,
      clinical,
      unread: chart.unread,
      asOf: '2026-06-01',
      barAsOf: '2026-06-01',
    });
    const landmark = { date: '2026-06-01', surgeryDate: SURGERY };
    for (const each of modalities)
      if (each.select(chart, landmark).status === 'present')
        await each.extract(chart, landmark, { signal: NEVER });
    JSON.stringify(chart);
  };

  const valid: readonly Resource[] = [
    ...eligibleStory(),
    diseaseStatus('s1', 'worsened', '2026-04-01'),
    stage('s2', 'clinical', 'IIIA', '2025-10-01'),
    panel('m0', '2026-01-10'),
    ...panelOfMembers('m1', '2026-03-01'),
    ...markers('f1', '2026-03-01'),
    report('g1', markers('f1', '2026-03-01'), '2026-03-01'),
    consent('k1', '2025-10-01'),
    specimen('b1', '2026-03-01'),
    chestCt('i1', '2026-03-01'),
    allergy('a1'),
    attenuation('n1', 'solid', '2025-10-01'),
    laboratory('e1', '62238-1', '2026-03-01', { value: 72, code: 'mL/min/{1.73_m2}' }),
    order('o1', 'L01XA01', '2025-11-01'),
    {
      resourceType: 'Encounter',
      id: 'v1',
      status: 'finished',
      class: { code: 'AMB' },
      period: { start: SURGERY },
    },
    {
      resourceType: 'Appointment',
      id: 'v2',
      start: SURGERY,
      participant: [{ actor: { reference: 'Patient/p1' } }],
    },
    { resourceType: 'CarePlan', id: 'v3', activity: [{ reference: { reference: 'ServiceRequest/v4' } }] },
    { resourceType: 'ServiceRequest', id: 'v4', occurrencePeriod: { start: SURGERY } },
    { resourceType: 'DocumentReference', id: 'v5', content: [{ attachment: { url: 'Binary/b', size: 1 } }] },
  ];

  it('arbitrary JSON in place of resources', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 5 }), (garbage) =>
        readAll([patient(), ...garbage]),
      ),
      { numRuns: 300 },
    );
  });

  it('arbitrary JSON in place of any element of a valid chart', async () => {
    // Nasty values, beside arbitrary ones, that look right to a careless reader.
    const nasty = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom<unknown>(null, [], {}, '', -1, 1e308, '__proto__', { reference: 'Patient/' }),
      fc.constantFrom('0000-00-00', '9999-12-31T23:59:59-14:00', '0001-01-01T00:00:00+14:00', '<'),
    );
    const mutated = fc
      .tuple(fc.nat(valid.length - 1), fc.array(fc.nat(20), { maxLength: 5 }), nasty)
      .map(([index, path, value]) => {
        const resources = structuredClone(valid) as unknown as Record<string, unknown>[];
        let place: Record<string, unknown> = resources[index] ?? {};
        let key = '';
        for (const step of path.length === 0 ? [0] : path) {
          const keys = Object.keys(place);
          key = keys[step % Math.max(keys.length, 1)] ?? 'x';
          const below = place[key];
          if (typeof below !== 'object' || below === null) break;
          place = below as Record<string, unknown>;
        }
        const keys = Object.keys(place);
        place[key in place ? key : (keys[0] ?? 'x')] = value;
        return resources;
      });
    await fc.assert(fc.asyncProperty(mutated, readAll), { numRuns: 500 });
  });

  it('wrong types all the way down', async () => {
    for (const resource of valid)
      for (const key of Object.keys(resource))
        for (const wrong of [
          null,
          7,
          true,
          'x',
          [],
          [null],
          {},
          [[]],
          { coding: 'x' },
          { coding: [null, 7, {}] },
        ])
          if (key !== 'resourceType') await readAll([patient(), { ...resource, [key]: wrong }]);
  });

  it('is not a chart of somebody else for a hostile id', () => {
    const chart = chartOf([patient(), { ...condition('x'), id: '../../etc/passwd' }, concept('a', 'b')]);
    expect(chart.conditions).toHaveLength(1);
  });
});
