import type { Bundle, FhirResource } from 'fhir/r4.js';
import {
  CHART_QUERY_KEYS,
  chartQueries,
  createFhirClient,
  createFhirSource,
  staticToken,
  type ChartQueryKey,
} from '../../src/chart/index.ts';
import { createFhirServer } from '../../src/demo/index.ts';
import { calendarDate, listen, LOOPBACK, PACKAGE_ROOT, systemClock } from '../../src/platform/index.ts';
import { simulateDemoPatients } from '../../src/simulation/index.ts';
import { loadTerminology } from '../../src/terminology/index.ts';

const PATIENT = 'demo-low-3-months';

/** Of these only the newest sample is kept: a body of about 17 KB, as an EHR sends it early in follow-up. */
const NEWEST_ONLY: Partial<Record<ChartQueryKey, number>> = { metabolomics: 1, cfdna: 3, genomicReports: 1 };

const collected = (resource: unknown): string =>
  (resource as { effectiveDateTime?: string }).effectiveDateTime ?? '';

const bundle = (resources: readonly unknown[]): Bundle => ({
  resourceType: 'Bundle',
  type: 'searchset',
  total: resources.length,
  entry: resources.map((each) => {
    const resource = each as FhirResource;
    const fullUrl = `https://ehr.example.org/fhir/${resource.resourceType}/${resource.id ?? ''}`;
    return { fullUrl, resource, search: { mode: 'match' } };
  }),
});

/** A patient-view request with everything in prefetch, as an EHR before the embedded FHIR server would send it. */
export async function hookBody(): Promise<string> {
  const patients = simulateDemoPatients(calendarDate(systemClock.now(), 'UTC'));
  const fhirServer = createFhirServer();
  await fhirServer.load(patients.find((each) => each.id === PATIENT)?.resources ?? []);
  const fhir = await listen(fhirServer.app, LOOPBACK, 0);
  try {
    const queries = chartQueries(loadTerminology([`${PACKAGE_ROOT}/fhir-profiles`]));
    const source = createFhirSource({
      client: createFhirClient({
        baseUrl: `${fhir.url}/fhir`,
        tokens: staticToken(),
        concurrency: 16,
        retries: 0,
        maxPages: 10,
      }),
      queries,
      timeoutMs: 10_000,
    });
    const sets = await source.read(PATIENT, CHART_QUERY_KEYS, new AbortController().signal);
    const prefetch = CHART_QUERY_KEYS.map((key) => {
      const set = [...(sets[key] ?? [])].sort((a, b) => (collected(a) < collected(b) ? 1 : -1));
      return [
        key,
        key === 'patient' ? set[0] : bundle(set.slice(0, NEWEST_ONLY[key] ?? set.length)),
      ] as const;
    });
    return JSON.stringify({
      hook: 'patient-view',
      hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
      context: { userId: 'Practitioner/bench', patientId: PATIENT },
      prefetch: Object.fromEntries(prefetch),
    });
  } finally {
    await fhir.close();
  }
}
