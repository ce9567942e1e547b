import { getSearchParameters } from '@medplum/core';
import type { CapabilityStatement, CapabilityStatementRestResource } from 'fhir/r4.js';
import { patientCompartment } from './definitions.ts';
import type { ParameterType } from './values.ts';

const INTERACTIONS = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'create',
  'search-type',
] as const;
const UNSUPPORTED: ReadonlySet<string> = new Set(['composite', 'special']);

const BULK = 'http://hl7.org/fhir/uv/bulkdata';
const operations: Readonly<Record<string, CapabilityStatementRestResource['operation']>> = {
  Patient: [
    { name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything' },
    { name: 'export', definition: `${BULK}/OperationDefinition/patient-export` },
  ],
  Group: [{ name: 'export', definition: `${BULK}/OperationDefinition/group-export` }],
};

const resourceOf = (type: string): CapabilityStatementRestResource => ({
  type: type as CapabilityStatementRestResource['type'],
  interaction: INTERACTIONS.map((code) => ({ code })),
  versioning: 'versioned-update',
  readHistory: true,
  updateCreate: true,
  conditionalCreate: true,
  conditionalUpdate: true,
  conditionalDelete: 'single',
  searchParam: Object.values(getSearchParameters(type) ?? {})
    .filter((parameter) => !UNSUPPORTED.has(parameter.type))
    .map(({ code, type: parameterType }) => ({ name: code, type: parameterType as ParameterType })),
  ...(operations[type] && { operation: operations[type] }),
});

/** What the server does; the types listed are those of the Patient compartment and their supporting resources. */
export const capabilityStatement = (baseUrl: string): CapabilityStatement => {
  const supporting = [
    ...['Medication', 'Organization', 'Practitioner', 'PractitionerRole', 'Location', 'Device'],
    'Endpoint',
    'Subscription',
  ];
  const types = [...new Set(['Patient', ...patientCompartment().keys(), ...supporting])].sort();
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-01-01',
    kind: 'instance',
    instantiates: [`${BULK}/CapabilityStatement/bulk-data`],
    software: { name: 'recurrence-cds demo FHIR server' },
    implementation: { description: 'In memory, for the demo and tests', url: baseUrl },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    patchFormat: ['application/json-patch+json'],
    rest: [
      {
        mode: 'server',
        resource: types.map(resourceOf),
        interaction: [{ code: 'batch' }, { code: 'transaction' }],
        operation: [{ name: 'export', definition: `${BULK}/OperationDefinition/export` }],
      },
    ],
  };
};
