/** A client of a test's FHIR server: no token, and one attempt, so that faults are seen at once. */
import { createFhirClient, staticToken, type FhirClient } from '../../../src/chart/index.ts';

export const clientOf = (baseUrl: string): FhirClient =>
  createFhirClient({ baseUrl, tokens: staticToken(), concurrency: 8, retries: 0, maxPages: 50 });
