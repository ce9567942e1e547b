/** The service's own FHIR client without credentials and without repetitions, as tests of what comes after it need it. */
import { createFhirClient, staticToken, type FhirClient } from '../../src/chart/index.ts';

export const plainFhirClient = (baseUrl: string): FhirClient =>
  createFhirClient({ baseUrl, tokens: staticToken(undefined), concurrency: 8, maxPages: 20, retries: 0 });
