import {
  createFhirClient,
  staticToken,
  type FhirClient,
  type FhirClientOptions,
} from '../../../../src/chart/index.ts';
import { CdsError } from '../../../../src/domain/index.ts';

/** A client that waits milliseconds where a hospital's waits seconds, and no jitter. */
export const clientOf = (url: string, change: Partial<FhirClientOptions> = {}): FhirClient =>
  createFhirClient({
    baseUrl: `${url}/fhir`,
    tokens: staticToken(),
    concurrency: 16,
    retries: 3,
    maxPages: 50,
    backoffMs: 10,
    maxWaitMs: 2000,
    jitter: () => 1,
    ...change,
  });

/** What a call that must fail throws: one of our errors, always. */
export const failureOf = async (call: Promise<unknown>): Promise<CdsError> => {
  const error: unknown = await call.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CdsError)) throw error;
  return error;
};

export const sinceMs = (started: number): number => performance.now() - started;
