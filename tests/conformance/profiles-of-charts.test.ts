import type { CodeableConcept, FhirResource } from 'fhir/r4.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { simulateCohort, simulateDemoPatients } from '../../src/simulation/index.ts';
import { type Coded, loadTerminology, SYSTEMS } from '../../src/terminology/index.ts';
import { allDefinitions, PROFILES_FOLDER } from '../support/fhir-definitions.ts';
import { createFhirValidator, type FhirValidator, type Issue } from '../support/fhir-validator.ts';

const OURS = 'https://recurrence-cds.org/fhir/StructureDefinition/';
const MCODE = 'http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-';
const terminology = loadTerminology([PROFILES_FOLDER]);

/** The profile of a resource whose code is in a ValueSet; the first that fits. */
const BY_VALUE_SET: readonly (readonly [type: string, valueSet: string, profile: string])[] = [
  ['Condition', 'lung-cancer', `${MCODE}primary-cancer-condition`],
  ['Procedure', 'lung-resection', `${MCODE}cancer-related-surgical-procedure`],
  ['MedicationAdministration', 'checkpoint-inhibitor', `${MCODE}cancer-related-medication-administration`],
  ['MedicationAdministration', 'platinum', `${MCODE}cancer-related-medication-administration`],
  ['Observation', 'pathologic-stage-type', `${MCODE}tnm-stage-group`],
  ['Observation', 'clinical-stage-type', `${MCODE}tnm-stage-group`],
  ['Observation', 'disease-status-type', `${MCODE}cancer-disease-status`],
  ['Observation', 'metabolomics-panel', `${OURS}metabolite-panel`],
  ['DiagnosticReport', 'genomic-report-type', `${OURS}cfdna-report`],
];
/** By a code of the project's CodeSystem. */
const BY_PROJECT_CODE: Readonly<Record<string, string>> = {
  'tumour-fraction': `${OURS}cfdna-tumour-fraction`,
  'fragment-score': `${OURS}cfdna-fragment-score`,
  'methylation-score': `${OURS}cfdna-methylation-score`,
  'radiomic-risk-score': `${OURS}radiomic-risk-score`,
  'nodule-attenuation': `${OURS}nodule-attenuation`,
  'residual-tumour': `${OURS}residual-tumour`,
  'investigator-judgement': `${OURS}investigator-judgement`,
};
/** Of these types only those of the study are simulated. */
const BY_TYPE: Readonly<Record<string, string>> = {
  Consent: `${OURS}study-consent`,
  Specimen: `${OURS}plasma-specimen`,
  ImagingStudy: `${OURS}chest-ct`,
  Appointment: `${OURS}follow-up-appointment`,
};

const codingsOf = (resource: FhirResource): readonly Coded[] => {
  const { code, medicationCodeableConcept } = resource as {
    code?: CodeableConcept;
    medicationCodeableConcept?: CodeableConcept;
  };
  return (code ?? medicationCodeableConcept)?.coding ?? [];
};

/** The profile that a chart's resource has to claim; undefined for what the study does not know (a sodium value). */
function profileFor(resource: FhirResource): string | undefined {
  const codings = codingsOf(resource);
  const bySet = BY_VALUE_SET.find(
    ([type, valueSet]) => type === resource.resourceType && terminology.includes(valueSet, codings),
  );
  if (bySet) return bySet[2];
  if (resource.resourceType !== 'Observation') return BY_TYPE[resource.resourceType];
  if (terminology.translate('analyte', codings) !== undefined) return `${OURS}metabolite`;
  const own = codings.find(({ system }) => system === SYSTEMS.project)?.code;
  return own === undefined ? undefined : BY_PROJECT_CODE[own];
}

let validator: FhirValidator;
beforeAll(() => {
  validator = createFhirValidator(allDefinitions());
});

const errors = (issues: readonly Issue[]): string[] =>
  issues.filter(({ severity }) => severity === 'error').map(({ at, message }) => `${at} ${message}`);

const KINDS = [...BY_VALUE_SET.map(([, , profile]) => profile), ...Object.values(BY_PROJECT_CODE)];
/** There is no model of CT yet. */
const NOT_SIMULATED = [`${OURS}radiomic-risk-score`];

/** Every resource is valid against what it claims, and claims the profile of its kind. */
function checkChart(chart: readonly FhirResource[]): void {
  const inStudy = chart.some((each) => profileFor(each) === `${MCODE}primary-cancer-condition`);
  for (const resource of chart) {
    const cancerPatient =
      inStudy && resource.resourceType === 'Patient' ? `${MCODE}cancer-patient` : undefined;
    const profile = profileFor(resource) ?? cancerPatient;
    const name = `${resource.resourceType}/${resource.id ?? ''}`;
    expect(errors(validator.validate(resource, chart)), name).toEqual([]);
    if (profile !== undefined) expect(resource.meta?.profile ?? [], name).toContain(profile);
  }
}

describe('the charts of the demo', () => {
  const cases = simulateDemoPatients('2026-06-01');

  it.each(cases.map(({ id, resources }) => ({ id, resources })))(
    '$id: every resource meets the profiles it claims, and claims the one of its kind',
    ({ resources }) => {
      checkChart(resources);
    },
  );

  it('show every profile of what is read', () => {
    const shown = new Set(cases.flatMap(({ resources }) => resources.map(profileFor)));
    expect(KINDS.filter((profile) => !shown.has(profile))).toEqual(NOT_SIMULATED);
  });
});

describe('the charts of a simulated cohort', () => {
  it('meet their profiles too', () => {
    for (const { resources } of simulateCohort({ patients: 12, seed: 4 }).charts) checkChart(resources);
  });
});
