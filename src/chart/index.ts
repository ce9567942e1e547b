export { clinicalFacts, FINAL_STATUSES, resultsKnownBy, usableFrom } from './clinical.ts';
export type * from './clinical-facts.ts';
export { UNKNOWN_REASONS } from './clinical-facts.ts';
export { createFhirClient, type FhirClientOptions } from './client/fhir-client.ts';
export { staticToken } from './client/static-token.ts';
export type { FhirClient, TokenSource } from './client/types.ts';
export type {
  Chart,
  ConditionFact,
  Measurement,
  ObservationFact,
  PatientFact,
  QuantityValue,
  ReportFact,
} from './facts.ts';
export { bundleResources, isPartial } from './bundle.ts';
export { allOfPatient, ownReference, patientIdOf } from './identity.ts';
export { createFhirSource } from './fhir-source.ts';
export { openCohort, type CohortSource } from './ndjson-source.ts';
export { parseChart, type ResourceSets } from './parse.ts';
export {
  CHART_QUERY_KEYS,
  chartQueries,
  prefetchTemplate,
  type ChartQuery,
  type ChartQueryKey,
} from './queries.ts';
export { codings as codingsOf, list, localReference, record, text, type Json } from './resource-reader.ts';
export { createBackendTokens } from './smart/backend-tokens.ts';
export { isSafeEndpoint } from './smart/endpoint.ts';
export { openKeyFile, type KeyFile } from './smart/key-file.ts';
export {
  generateSigningKey,
  parseSigningKeys,
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
} from './smart/signing-keys.ts';
export type { ChartSource } from './source.ts';
export * from './write/index.ts';
