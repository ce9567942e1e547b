import { SYSTEMS, type Terminology } from '../terminology/index.ts';

/** What is read of a chart: the keys are the prefetch keys of the CDS services. */
export const CHART_QUERY_KEYS = [
  'patient',
  'conditions',
  'procedures',
  'medications',
  'staging',
  'diseaseStatus',
  'metabolomics',
  'cfdna',
  'genomicReports',
  'medicationRequests',
  'consents',
  'specimens',
  'imaging',
  'renalFunction',
  'allergies',
] as const;
export type ChartQueryKey = (typeof CHART_QUERY_KEYS)[number];

/** What is read on demand, by schedulers, for files and by hooks about visits and orders: never for an assessment. */
export const CARE_QUERY_KEYS = [
  'encounter',
  'encounters',
  'appointments',
  'serviceRequests',
  'carePlans',
  'documents',
] as const;
export type CareQueryKey = (typeof CARE_QUERY_KEYS)[number];

/** One query: `Type?name=value...` with PATIENT where the patient's id goes. */
export interface ChartQuery<Key extends string = ChartQueryKey> {
  readonly key: Key;
  readonly resourceType: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** A server that has no such resource or refuses it leaves facts unknown; any other query it fails ends the reading. */
  readonly optional?: true;
}

const PATIENT = '{{context.patientId}}';
const ENCOUNTER = '{{context.encounterId}}';

/** Whose, and where there is one of which visit. */
export interface QueryContext {
  readonly patientId: string;
  readonly encounterId?: string;
}

const search = <Key extends string>(
  key: Key,
  resourceType: string,
  codes?: readonly string[],
): ChartQuery<Key> => ({
  key,
  resourceType,
  parameters: [['patient', PATIENT], ...(codes === undefined ? [] : [['code', codes.join(',')] as const])],
});

const optional = <Key extends string>(query: ChartQuery<Key>): ChartQuery<Key> => ({
  ...query,
  optional: true,
});

/**
 * The queries, with the codes of the ValueSets in them: one table serves prefetch templates and pulls, so that
 * both bring the same. Only what CDS Hooks 2.0 recommends of FHIR search is used: token equality, no _include.
 */
export function chartQueries(terminology: Terminology): readonly ChartQuery[] {
  const routine = new Set(terminology.tokens('routine-analyte'));
  const tokens = (...ids: string[]): string[] => [...new Set(ids.flatMap((id) => terminology.tokens(id)))];
  return [
    { key: 'patient', resourceType: 'Patient', parameters: [] },
    search('conditions', 'Condition'),
    search('procedures', 'Procedure'),
    search('medications', 'MedicationAdministration'),
    // What pathologists, radiologists and investigators say once, each an Observation.
    search(
      'staging',
      'Observation',
      tokens(
        'pathologic-stage-type',
        'clinical-stage-type',
        'post-therapy-stage-type',
        'pathologic-nodes-type',
        'clinical-nodes-type',
        'pathologic-metastases-type',
        'clinical-metastases-type',
        'residual-tumour-type',
        'nodule-attenuation-type',
        'investigator-judgement-type',
      ),
    ),
    search('diseaseStatus', 'Observation', tokens('disease-status-type')),
    // The analytes' own codes too: a panel may hold its analytes as members. Not the codes of routine chemistry, which
    // would bring every glucose there is, and not ChEBI's: three forms of each acid are more than an address can hold.
    search('metabolomics', 'Observation', [
      ...tokens('metabolomics-panel'),
      ...terminology
        .sourceTokens('analyte')
        .filter((token) => !routine.has(token) && !token.startsWith(`${SYSTEMS.chebi}|`)),
    ]),
    search('cfdna', 'Observation', tokens('cfdna-marker')),
    // Of panels too, which some laboratories gather in a report alone.
    search('genomicReports', 'DiagnosticReport', tokens('genomic-report-type', 'metabolomics-panel')),
    optional(search('medicationRequests', 'MedicationRequest')),
    optional(search('consents', 'Consent')),
    optional(search('specimens', 'Specimen')),
    optional(search('imaging', 'ImagingStudy')),
    optional(search('renalFunction', 'Observation', tokens('creatinine', 'egfr'))),
    optional(search('allergies', 'AllergyIntolerance')),
  ];
}

/** The visit that a hook is about; a search, so that it is also asked whose it is. */
const encounter: ChartQuery<CareQueryKey> = {
  key: 'encounter',
  resourceType: 'Encounter',
  parameters: [
    ['_id', ENCOUNTER],
    ['patient', PATIENT],
  ],
  optional: true,
};

/** The queries that are made on demand. All are `optional`: a server need not have any of them. */
export const careQueries = (): readonly ChartQuery<CareQueryKey>[] => [
  encounter,
  optional(search('encounters', 'Encounter')),
  optional(search('appointments', 'Appointment')),
  optional(search('serviceRequests', 'ServiceRequest')),
  optional(search('carePlans', 'CarePlan')),
  optional(search('documents', 'DocumentReference')),
];

/** The query as a prefetch template of the discovery. */
export const prefetchTemplate = (query: ChartQuery<string>): string =>
  query.key === 'patient'
    ? `Patient/${PATIENT}`
    : `${query.resourceType}?${query.parameters.map(([name, value]) => `${name}=${value}`).join('&')}`;

const VALUES: Readonly<Record<string, keyof QueryContext>> = {
  [PATIENT]: 'patientId',
  [ENCOUNTER]: 'encounterId',
};

/** The query's search parameters for one patient and visit. */
export const searchParameters = (query: ChartQuery<string>, context: QueryContext): Record<string, string> =>
  Object.fromEntries(
    query.parameters.map(([name, value]) => {
      const token = VALUES[value];
      return [name, token === undefined ? value : (context[token] ?? '')];
    }),
  );
