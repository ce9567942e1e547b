import fc from 'fast-check';
import type { CodeSystem, Coding, FhirResource } from 'fhir/r4.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { AUDITED_ACTIONS, auditEventOf } from '../../src/chart/write/audit-event.ts';
import { deviceOf } from '../../src/chart/write/device.ts';
import { diagnosticReportOf } from '../../src/chart/write/diagnostic-report.ts';
import { provenanceOf } from '../../src/chart/write/provenance.ts';
import { createWriteIds } from '../../src/chart/write/ids.ts';
import { riskAssessmentOf } from '../../src/chart/write/risk-assessment.ts';
import { selfContainedRiskAssessment } from '../../src/chart/write/self-contained.ts';
import { addDays, type Assessment, type HorizonRisk } from '../../src/domain/index.ts';
import { allDefinitions, readFolder } from '../support/fhir-definitions.ts';
import { createFhirValidator, type FhirValidator } from '../support/fhir-validator.ts';

/** Any landmark date, month ends and leap days among them; risks from 0 to 1; any one horizon not estimable. */
const anAssessment = fc
  .record({
    landmarkDate: fc.integer({ min: 0, max: 1500 }).map((days) => addDays('2026-01-01', days)),
    risk: fc.double({ min: 0, max: 1, noNaN: true }),
    missing: fc.constantFrom(6, 12, 24, undefined),
    simulated: fc.boolean(),
  })
  .map(({ landmarkDate, risk, missing, simulated }): Assessment => {
    const horizons = ([6, 12, 24] as const).map((horizonMonths): HorizonRisk =>
      horizonMonths === missing
        ? { horizonMonths, status: 'not-estimable', reason: 'too-few-at-risk' }
        : { horizonMonths, status: 'estimated', risk, lower: risk / 2, upper: (1 + risk) / 2 },
    );
    return {
      fingerprint: 'ab'.repeat(32),
      tenant: 'hospital',
      patientId: 'p1',
      landmarkDate,
      surgeryDate: '2025-06-01',
      computedAt: `${landmarkDate}T01:02:03.004Z`,
      model: {
        id: 'recurrence-risk',
        version: '3.2.1',
        digest: 'cd'.repeat(32),
        simulated,
        trainingPatients: 190,
      },
      risk: {
        status: 'estimated',
        subset: ['cfdna'],
        horizons,
        ...(missing !== 12 && { stratum: 'intermediate' as const }),
        modalityLogHazard: {},
      },
      modalities: [],
      evidence: [{ reference: 'Observation/a', version: '3' }],
    };
  });

const written = (assessment: Assessment, vanished: ReadonlySet<string>): FhirResource[] => [
  riskAssessmentOf(assessment, { id: 'rc-risk', device: 'Device/rc-model', vanished }),
  deviceOf(assessment.model, 'rc-model'),
  diagnosticReportOf(assessment, { id: 'rc-report', risk: 'RiskAssessment/rc-risk' }),
  provenanceOf(assessment, {
    id: 'rc-provenance',
    device: 'Device/rc-model',
    vanished,
    targets: ['RiskAssessment/rc-risk/_history/1', 'DiagnosticReport/rc-report/_history/1'],
  }),
  ...AUDITED_ACTIONS.map((what) =>
    auditEventOf({ id: `audit-${what}`, patientId: 'p1', what, when: assessment.computedAt }),
  ),
];

let validator: FhirValidator;
beforeAll(() => {
  validator = createFhirValidator(allDefinitions());
});

/** Every Coding of a resource, at whatever depth. */
const codingsIn = (value: unknown): Coding[] => {
  if (Array.isArray(value)) return value.flatMap(codingsIn);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'system' in value && 'code' in value ? [value as Coding] : [];
  return [...own, ...Object.values(value).flatMap(codingsIn)];
};

describe('what is written back', () => {
  it('shows our codes by the names that their CodeSystems give them', () => {
    const systems = [...readFolder('codesystems').values()] as CodeSystem[];
    const names = new Map(
      systems.flatMap(({ url, concept = [] }) =>
        concept.map(({ code, display }): [string, string | undefined] => [`${url ?? ''}|${code}`, display]),
      ),
    );
    const [assessment] = fc.sample(anAssessment, 1);
    const ours = codingsIn(written(assessment!, new Set())).filter(({ system }) =>
      systems.some(({ url }) => url === system),
    );
    expect(new Set(ours.map(({ code }) => code))).toContain('recurrence-or-death');
    for (const { system = '', code = '', display } of ours)
      expect(display, code).toBe(names.get(`${system}|${code}`));
  });

  it('claims its profile and meets it, whatever the result and the date', () => {
    fc.assert(
      fc.property(anAssessment, fc.subarray(['Observation/a']), (assessment, vanished) => {
        const resources = written(assessment, new Set(vanished));
        for (const resource of resources) {
          expect(resource.meta?.profile?.[0]).toContain('https://recurrence-cds.org/fhir/');
          expect(validator.validate(resource, resources), resource.resourceType).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('what an EHR keeps by itself', () => {
  it('is one resource that meets the profile with its Device in it, whatever the result and the date', () => {
    const ids = createWriteIds(new Uint8Array(32));
    fc.assert(
      fc.property(anAssessment, (assessment) => {
        const resource = selfContainedRiskAssessment(assessment, ids);
        expect(validator.validate(resource, [resource])).toEqual([]);
        expect(resource.meta?.profile?.[0]).toContain('recurrence-risk-assessment');
        const [device, ...others] = resource.contained ?? [];
        expect(others).toEqual([]);
        expect(resource.performer?.reference).toBe(`#${device?.id ?? ''}`);
        expect(validator.validate(device as FhirResource, [])).toEqual([]);
        // R4 dom-4, dom-5: of a contained resource neither versions nor security labels.
        expect(Object.keys(device?.meta ?? {})).toEqual(['profile']);
        // The model is named in it as in the Device that write-back makes.
        expect(JSON.stringify(device)).toContain(assessment.model.digest);
      }),
      { numRuns: 60 },
    );
  });
});
