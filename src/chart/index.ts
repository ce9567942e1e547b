export type * from './care-facts.ts';
export {
  clinicalFacts,
  FINAL_STATUSES,
  resultsKnownBy,
  usableFrom,
  type ClinicalOptions,
} from './clinical.ts';
export { cyclesOf } from './clinical/therapy.ts';
export type * from './clinical-facts.ts';
export { UNKNOWN_REASONS } from './clinical-facts.ts';
export { readBounded } from './client/bounded-body.ts';
export { createFhirClient, type FhirClientOptions } from './client/fhir-client.ts';
export { staticToken } from './client/static-token.ts';
export type { FhirClient, TokenSource } from './client/types.ts';
export type {
  AllergyFact,
  Chart,
  ConditionFact,
  ConsentFact,
  ImagingStudyFact,
  Measurement,
  MedicationFact,
  MedicationRequestFact,
  ObservationFact,
  PatientFact,
  PooledQc,
  ProcedureFact,
  QuantityValue,
  ReportFact,
  SeriesFact,
  SpecimenFact,
} from './facts.ts';
export { exportCohort, type BulkProgress, type ExportedCohort } from './bulk/index.ts';
export { bundleResources, isPartial } from './bundle.ts';
export { chartHolds } from './evidence.ts';
export { allOfPatient, ownReference, patientIdOf } from './identity.ts';
export { createFhirSource } from './fhir-source.ts';
export { openCohort, type CohortSource } from './ndjson-source.ts';
export { careFacts, parseChart, type CareResourceSets, type ResourceSets } from './parse.ts';
export { appointmentFact, serviceRequestFact } from './parse/care.ts';
export { binaryFact, endpointFact } from './parse/document.ts';
export {
  CARE_QUERY_KEYS,
  careQueries,
  CHART_QUERY_KEYS,
  chartQueries,
  prefetchTemplate,
  searchParameters,
  type CareQueryKey,
  type ChartQuery,
  type ChartQueryKey,
  type QueryContext,
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
