import fc from 'fast-check';
import type { RiskAssessment } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditEventOf } from '../../../../src/chart/write/audit-event.ts';
import { deviceOf } from '../../../../src/chart/write/device.ts';
import { diagnosticReportOf } from '../../../../src/chart/write/diagnostic-report.ts';
import { provenanceOf } from '../../../../src/chart/write/provenance.ts';
import { riskAssessmentOf } from '../../../../src/chart/write/risk-assessment.ts';
import type { Assessment, HorizonRisk } from '../../../../src/domain/index.ts';
import { anAssessment } from '../../../contract/records-for-tests.ts';
import { startFhirServer, type TestServer } from '../../demo/fhir-client.ts';
import { ids } from './bench.ts';

const riskOf = (over: Partial<Assessment> = {}): RiskAssessment =>
  riskAssessmentOf(anAssessment(over), { id: 'r1', device: 'Device/d1' });

const everythingOf = (assessment: Assessment) => [
  deviceOf(assessment.model, 'd1'),
  riskAssessmentOf(assessment, { id: 'r1', device: 'Device/d1' }),
  diagnosticReportOf(assessment, { id: 'g1', risk: 'RiskAssessment/r1' }),
  provenanceOf(assessment, { id: 'p1', device: 'Device/d1', targets: ['RiskAssessment/r1/_history/1'] }),
  auditEventOf({
    id: 'a1',
    patientId: assessment.patientId,
    what: 'write-back',
    when: assessment.computedAt,
  }),
];

describe('RiskAssessment', () => {
  it('one prediction a horizon as a share of 1, its interval beside it on the same scale', () => {
    const [six, twelve, ...more] = riskOf().prediction ?? [];
    expect(six).toMatchObject({
      extension: [
        {
          url: 'https://recurrence-cds.org/fhir/StructureDefinition/risk-interval',
          extension: [
            { url: 'low', valueDecimal: 0.05 },
            { url: 'high', valueDecimal: 0.13 },
            { url: 'level', valueDecimal: 0.9 },
          ],
        },
      ],
      probabilityDecimal: 0.081,
      whenPeriod: { start: '2026-03-01', end: '2026-09-01' },
      rationale:
        '8.1 % within 6 months (90 % interval 5.0 % to 13.0 %), for a patient alive and recurrence-free at the landmark',
    });
    expect(twelve).toMatchObject({
      probabilityDecimal: 0.173,
      qualitativeRisk: { coding: [{ code: 'moderate' }] },
      whenPeriod: { start: '2026-03-01', end: '2027-03-01' },
    });
    expect(more).toEqual([]);
    // The stratum is that of 12 months, and of no other horizon.
    expect(six?.qualitativeRisk).toBeUndefined();
  });

  it('a horizon without an estimate has no number: a note names it', () => {
    const { note, prediction, text } = riskOf();
    expect(note?.map((each) => each.text)).toContain(
      'No risk is given for 24 months: too few training patients were at risk.',
    );
    expect(prediction?.some(({ whenPeriod }) => whenPeriod?.end?.startsWith('2028'))).toBe(false);
    expect(text?.div).toContain('No risk is given for 24 months');
  });

  it.each([
    ['no-modality', 'none of the data'],
    ['too-early', 'too early'],
    ['too-late', 'too late'],
  ] as const)('a result without any number (%s) says why and claims no profile', (reason, words) => {
    const { prediction, note, meta, status } = riskOf({ risk: { status: 'not-estimable', reason } });
    expect([prediction, meta?.profile, status]).toEqual([undefined, undefined, 'final']);
    expect(note?.some(({ text }) => text.includes(words))).toBe(true);
  });

  it.each([
    ['2024-08-31', 6, '2025-02-28'],
    ['2023-08-31', 6, '2024-02-29'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2026-12-31', 24, '2028-12-31'],
  ] as const)('%s and %i months end on %s', (landmarkDate, horizonMonths, end) => {
    const horizon: HorizonRisk = { horizonMonths, status: 'estimated', risk: 0.1, lower: 0, upper: 1 };
    const { prediction } = riskOf({
      landmarkDate,
      risk: { status: 'estimated', subset: ['cfdna'], horizons: [horizon], modalityLogHazard: {} },
    });
    expect(prediction?.map(({ whenPeriod }) => whenPeriod?.end)).toEqual([end]);
  });

  it('the evidence is its basis, but for the patient and what has no address', () => {
    const { basis } = riskOf({
      evidence: [
        { reference: 'Patient/patient-1', version: '4' },
        { reference: 'Observation/o1', version: '2' },
        { reference: 'Observation/', version: 'sha256:00' },
      ],
    });
    expect(basis).toEqual([{ reference: 'Observation/o1' }]);
  });

  it('of a simulated model is labelled, in note and narrative; of a real one it is not', () => {
    const simulated = riskOf();
    expect(simulated.meta?.security?.[0]?.code).toBe('HTEST');
    expect(simulated.note?.[0]?.text).toContain('SIMULATED');
    expect(simulated.text?.div).toContain('SIMULATED');
    const real = everythingOf(anAssessment({ model: { ...anAssessment().model, simulated: false } }));
    expect(JSON.stringify(real)).not.toMatch(/simulated|HTEST/i);
  });
});

it('Provenance names versions where they are the server’s, not where they are our hashes', () => {
  const { entity } = provenanceOf(
    anAssessment({
      evidence: [
        { reference: 'Observation/o1', version: '3' },
        { reference: 'Observation/o2', version: 'sha256:0123456789abcdef01234567' },
      ],
    }),
    { id: 'p1', device: 'Device/d1', targets: ['RiskAssessment/r1'] },
  );
  expect(entity?.map(({ what }) => what.reference)).toEqual(['Observation/o1/_history/3', 'Observation/o2']);
});

describe('ids', () => {
  const base = anAssessment();

  it('are FHIR ids, and hold nothing that could be read', () => {
    const ofDay = [ids.riskAssessment(base), ids.diagnosticReport(base), ids.provenance(base)];
    for (const id of [...ofDay, ids.device(base.model)]) {
      expect(id).toMatch(/^rc-[0-9a-f]{40}$/);
      expect(id).not.toContain(base.fingerprint.slice(0, 10));
    }
    expect(new Set(ofDay).size).toBe(3);
  });

  it.each([
    [
      'the same for newer evidence of that day',
      { fingerprint: 'x', computedAt: '2026-03-01T23:00:00Z' },
      true,
    ],
    ['the same for a new version of the model', { model: { ...base.model, version: '2.0.0' } }, true],
    ['another for another day', { landmarkDate: '2026-03-02' }, false],
    ['another for another patient', { patientId: 'patient-2' }, false],
    ['another for another tenant', { tenant: 'south' }, false],
    ['another for another model', { model: { ...base.model, id: 'own' } }, false],
  ])('of a RiskAssessment: %s', (_, over, same) => {
    expect(ids.riskAssessment(anAssessment(over)) === ids.riskAssessment(base)).toBe(same);
  });

  it('of a Device: one a file of a model', () => {
    expect(ids.device({ ...base.model, digest: 'cd'.repeat(32) })).not.toBe(ids.device(base.model));
    expect(ids.device({ ...base.model, trainingPatients: 1 })).toBe(ids.device(base.model));
  });
});

describe('whatever a result holds, the server takes it, and the numbers are in bounds', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startFhirServer();
  });
  afterAll(() => server.close());

  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const horizon = fc.oneof(
    fc.tuple(share, share, share).map((three) => {
      const [lower, risk, upper] = three.sort((a, b) => a - b);
      return { status: 'estimated' as const, risk, lower, upper };
    }),
    fc.constant({ status: 'not-estimable' as const, reason: 'too-few-at-risk' as const }),
  );
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('<script>alert(1)</script>', '&amp;"\'', '\u0000\ud800', ']]>'),
  );
  const assessments = fc
    .record({
      horizons: fc.tuple(horizon, horizon, horizon),
      stratum: fc.constantFrom('low' as const, 'intermediate' as const, 'high' as const),
      detail: hostile,
      modelId: fc.constantFrom('recurrence-risk', 'a<b>&"c"'),
      version: fc.constantFrom('1', 'W/"1"', 'sha256:ff', 'a-b.C'),
      simulated: fc.boolean(),
      landmark: fc.date({
        min: new Date('2020-01-01'),
        max: new Date('2040-12-31'),
        noInvalidDate: true,
      }),
    })
    .map(({ horizons, stratum, detail, modelId, version, simulated, landmark }) => {
      const base = anAssessment();
      return anAssessment({
        landmarkDate: landmark.toISOString().slice(0, 10),
        model: { ...base.model, id: modelId, simulated },
        risk: {
          status: 'estimated',
          subset: ['cfdna'],
          horizons: horizons.map((each, i): HorizonRisk => ({
            horizonMonths: ([6, 12, 24] as const)[i] ?? 6,
            ...each,
          })),
          ...(horizons[1].status === 'estimated' && { stratum }),
          modalityLogHazard: {},
        },
        modalities: [
          { modality: 'cfdna', status: 'rejected', reason: 'unit-inconvertible', detail, evidence: [] },
        ],
        evidence: [{ reference: 'Observation/o1', version }],
      });
    });

  const expectInBounds = ({ prediction = [] }: RiskAssessment): void => {
    for (const { extension, probabilityDecimal } of prediction) {
      const [low, high] = extension?.[0]?.extension?.map(({ valueDecimal }) => valueDecimal) ?? [];
      [0, low, probabilityDecimal, high, 1].map(Number).reduce((lower, higher) => {
        expect(higher).toBeGreaterThanOrEqual(lower);
        return higher;
      });
    }
  };

  it('holds for any of them', async () => {
    await fc.assert(
      fc.asyncProperty(assessments, async (assessment) => {
        for (const resource of everythingOf(assessment)) {
          const { status, body } = await server.send(
            'PUT',
            `${resource.resourceType}/${resource.id}`,
            JSON.stringify(resource),
          );
          expect([200, 201], JSON.stringify(body)).toContain(status);
          if ('text' in resource) expect(resource.text?.div).not.toMatch(/<(?!\/?(div|p)\b)/);
        }
        expectInBounds(riskAssessmentOf(assessment, { id: 'r1', device: 'Device/d1' }));
      }),
      { numRuns: 60 },
    );
  });
});
