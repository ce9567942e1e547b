import type { ChartQueryKey } from './queries.ts';

/** Where a chart is read from: a FHIR server, a cohort on disk, or what prefetch brought. */
export interface ChartSource<Key extends string = ChartQueryKey> {
  /**
   * Reads the queries in parallel, all pages of each. The key of an optional query that the source cannot answer is
   * absent: give `parseChart` the keys that were asked for, and it names those as unread.
   *
   * @throws {CdsError} FHIR_PATIENT_UNKNOWN, FHIR_UNREACHABLE, FHIR_TIMEOUT, FHIR_THROTTLED, FHIR_ANSWER_INVALID,
   *   FHIR_REFUSED, FHIR_FOREIGN_LINK, SMART_*
   */
  read(
    patientId: string,
    keys: readonly Key[],
    signal: AbortSignal,
  ): Promise<Partial<Record<Key, readonly unknown[]>>>;
}
