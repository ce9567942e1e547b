import type { Terminology } from '../terminology/index.ts';

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
] as const;
export type ChartQueryKey = (typeof CHART_QUERY_KEYS)[number];

/** One query: `Type?name=value...` with PATIENT where the patient's id goes. */
export interface ChartQuery {
  readonly key: ChartQueryKey;
  readonly resourceType: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** A server that has no such resource or refuses it leaves facts unknown; any other query it fails ends the reading. */
  readonly optional?: true;
}

const PATIENT = '{{context.patientId}}';

/**
 * The queries, with the codes of the ValueSets in them: one table serves prefetch templates and pulls, so that
 * both bring the same. Only what CDS Hooks 2.0 recommends of FHIR search is used: token equality.
 */
export function chartQueries(terminology: Terminology): readonly ChartQuery[] {
  const search = (key: ChartQueryKey, resourceType: string, codes?: readonly string[]): ChartQuery => ({
    key,
    resourceType,
    parameters: [['patient', PATIENT], ...(codes === undefined ? [] : [['code', codes.join(',')] as const])],
  });
  const tokens = (...ids: string[]): string[] => ids.flatMap((id) => terminology.tokens(id));
  return [
    { key: 'patient', resourceType: 'Patient', parameters: [] },
    search('conditions', 'Condition'),
    search('procedures', 'Procedure'),
    search('medications', 'MedicationAdministration'),
    search('staging', 'Observation', tokens('pathologic-stage-type', 'clinical-stage-type')),
    search('diseaseStatus', 'Observation', tokens('disease-status-type')),
    // The analytes' own codes too: a panel may hold its analytes as members.
    search('metabolomics', 'Observation', [
      ...tokens('metabolomics-panel'),
      ...terminology.sourceTokens('analyte'),
    ]),
    search('cfdna', 'Observation', tokens('cfdna-marker')),
    search('genomicReports', 'DiagnosticReport', tokens('genomic-report-type')),
  ];
}

/** The query as a prefetch template of the discovery. */
export const prefetchTemplate = (query: ChartQuery): string =>
  query.key === 'patient'
    ? `Patient/${PATIENT}`
    : `${query.resourceType}?${query.parameters.map(([name, value]) => `${name}=${value}`).join('&')}`;

/** The query's search parameters for one patient. */
export const searchParameters = (query: ChartQuery, patientId: string): Record<string, string> =>
  Object.fromEntries(query.parameters.map(([name, value]) => [name, value === PATIENT ? patientId : value]));
