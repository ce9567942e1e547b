/** Who may be assessed, through the whole service: demo patients, a site's settings, facts that are shown beside. */
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CRITERION_IDS, DEFAULT_BLOCKING } from '../../src/domain/index.ts';
import { hookRequest, SERVICE_PATH, startStack, type Stack } from './running-service.ts';

const cardOf = async (stack: Stack, patientId: string) => {
  const { body, status } = await request(stack.service.url)
    .post(SERVICE_PATH)
    .send(hookRequest(patientId, stack.fhirBaseUrl));
  expect(status).toBe(200);
  const [card, ...others] = body.cards as { summary: string; detail: string }[];
  expect(others).toEqual([]);
  return card!;
};
const NUMBER = /\d ?%/;

describe('by default', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.close());

  it.each([
    ['demo-consent-withdrawn', 'not met: Informed consent, Consent not withdrawn', 'withdrawn', 'Consent'],
    ['demo-other-malignancy', 'not met: Free of other malignancy for 5 years', ' 20', 'Condition'],
    ['demo-r2-resection', 'not met: Margins R0 or R1', 'R2', 'Observation'],
    [
      'demo-stage-edition',
      'does not tell: Stage IB to IIIA (pathologic, 8th TNM), Stage not IIIB-N3, IIIC or IV',
      '–',
      'Observation',
    ],
  ])('%s: %s; all criteria with their evidence, no number', async (patient, summary, found, type) => {
    const { summary: said, detail } = await cardOf(stack, patient);
    expect(said).toContain(summary);
    expect(`${said} ${detail}`).not.toMatch(NUMBER);
    const rows = detail.split('\n').filter((line) => line.startsWith('| '));
    expect(rows).toHaveLength(2 + CRITERION_IDS.length);
    expect(rows[2]).toContain('**');
    expect(rows[2]).toContain(found);
    expect(rows[2]).toContain(`${type}&#47;${patient}-`);
  });

  it('what is unknown and does not block is reported beside the number', async () => {
    const { summary, detail } = await cardOf(stack, 'demo-low-19-months');
    expect(summary).toMatch(NUMBER);
    expect(detail).toContain('13 of 16 criteria are met. Reported, not blocking:');
    expect(detail).toContain('- Informed consent – unknown: not recorded');
    expect((await cardOf(stack, 'demo-high-13-months')).detail).toContain('All 16 criteria are met.');
  });

  it('an allergy to contrast media stands beside the proposed CT', async () => {
    const { detail } = await cardOf(stack, 'demo-high-10-months');
    expect(detail).toMatch(
      /Contrast: eGFR \d+ mL\/min\/1\.73 m² \(.*2026\)\. \*\*Contrast allergy on record\*\*/,
    );
    expect(detail).toContain('AllergyIntolerance&#47;demo-high-10-months-contrast-allergy');
  });

  it('two operations are named as such, also where the criteria were judged on the earlier one', async () => {
    const patient = 'demo-low-19-months';
    await stack.load([
      {
        resourceType: 'Procedure',
        id: 'segment-of-years-before',
        status: 'completed',
        code: { coding: [{ system: 'http://snomed.info/sct', code: '173172000' }] },
        subject: { reference: `Patient/${patient}` },
        performedDateTime: '2019-03-04',
      },
    ]);
    const { summary, detail } = await cardOf(stack, patient);
    expect(summary).toMatch(/^A second lung operation is recorded in the chart on .*2025/);
    expect(detail).toMatch(/Recorded in: Procedure&#47;demo-low-19-months-/);
  });

  it('a kidney value that came since shows at once, though the result is the same', async () => {
    const patient = 'demo-intermediate-7-months';
    const before = await cardOf(stack, patient);
    await stack.load([
      {
        resourceType: 'Observation',
        id: 'new-egfr',
        status: 'final',
        code: { coding: [{ system: 'http://loinc.org', code: '98979-8' }] },
        subject: { reference: `Patient/${patient}` },
        effectiveDateTime: '2026-11-22T08:00:00Z',
        valueQuantity: { value: 31, system: 'http://unitsofmeasure.org', code: 'mL/min/{1.73_m2}' },
      },
    ]);
    const after = await cardOf(stack, patient);
    expect(before.detail).not.toContain('eGFR 31 ');
    expect(after.detail).toContain('Contrast: eGFR 31 mL/min/1.73 m² (22 Nov 2026).');
    expect(after.summary).toBe(before.summary);
  });
});

describe('as a site has it', () => {
  it('R2 may be let pass, a missing consent may block, an unsaid edition may be the 8th', async () => {
    const stack = await startStack({
      tenant: {
        eligibility: {
          blocking: {
            notMet: DEFAULT_BLOCKING.notMet.filter((id) => id !== 'no-r2-resection'),
            unknown: [...DEFAULT_BLOCKING.unknown, 'consent'],
          },
          tnmEditionWhenUnstated: '8',
        },
      },
    });
    try {
      const r2 = await cardOf(stack, 'demo-r2-resection');
      expect(r2.summary).toMatch(NUMBER);
      expect(r2.detail).toContain('- Margins R0 or R1 – not met; in the chart: R2');
      expect((await cardOf(stack, 'demo-stage-edition')).summary).toMatch(NUMBER);
      const silent = await cardOf(stack, 'demo-low-19-months');
      expect(silent.summary).toContain('the chart does not tell: Informed consent');
    } finally {
      await stack.close();
    }
  });
});
