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

/** Prefetch of one patient, by key: bare Patient, searchset Bundles. */
export type Prefetch = Readonly<Record<string, unknown>>;

/** What is called: the patient-view service. */
export const HOOK_PATH = '/cds-services/recurrence-risk-patient-view';

const PATIENT = 'demo-low-3-months';

/**
 * What an EHR sends that knows the chart's required keys and no optional one, early in follow-up: the newest of each.
 * Two cycles before the operation, the stage after it, one metabolomics panel, one cfDNA sample of three values, no
 * report of tumour-informed testing yet.
 */
const NEWEST: Partial<Record<ChartQueryKey, number>> = {
  patient: 1,
  conditions: 1,
  procedures: 1,
  medications: 4,
  staging: 2,
  diseaseStatus: 1,
  metabolomics: 1,
  cfdna: 3,
  genomicReports: 0,
};

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

/** Of each demo patient everything, as an EHR before the embedded FHIR server would prefetch it. */
export async function demoPrefetch(
  wanted: (patientId: string) => boolean = () => true,
): Promise<ReadonlyMap<string, Prefetch>> {
  const patients = simulateDemoPatients(calendarDate(systemClock.now(), 'UTC')).filter(({ id }) =>
    wanted(id),
  );
  const fhirServer = createFhirServer();
  await fhirServer.load(patients.flatMap((each) => each.resources));
  const fhir = await listen(fhirServer.app, LOOPBACK, 0);
  try {
    const source = createFhirSource({
      client: createFhirClient({
        baseUrl: `${fhir.url}/fhir`,
        tokens: staticToken(),
        concurrency: 16,
        retries: 0,
        maxPages: 10,
      }),
      queries: chartQueries(loadTerminology([`${PACKAGE_ROOT}/fhir-profiles`])),
      timeoutMs: 10_000,
    });
    const read = async (id: string): Promise<Prefetch> => {
      const sets = await source.read(id, CHART_QUERY_KEYS, new AbortController().signal);
      const prefetched = CHART_QUERY_KEYS.map((key) => {
        const set = [...(sets[key] ?? [])].sort((a, b) => (collected(a) < collected(b) ? 1 : -1));
        return [key, key === 'patient' ? set[0] : bundle(set)] as const;
      });
      return Object.fromEntries(prefetched);
    };
    const all = new Map<string, Prefetch>();
    for (const { id } of patients) all.set(id, await read(id));
    return all;
  } finally {
    await fhir.close();
    await fhirServer.close();
  }
}

/** A patient-view request as JSON. */
export const patientViewBody = (
  patientId: string,
  sent: { readonly prefetch?: Prefetch; readonly fhirServer?: string },
): string =>
  JSON.stringify({
    hook: 'patient-view',
    hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
    ...sent,
    context: { userId: 'Practitioner/bench', patientId },
  });

const shortened = (key: ChartQueryKey, value: unknown): unknown =>
  key === 'patient'
    ? value
    : bundle((value as Bundle).entry?.slice(0, NEWEST[key]).map(({ resource }) => resource) ?? []);

/** The request that `hook.bench.ts` sends: 18 KB. */
export async function hookBody(): Promise<string> {
  const prefetch = (await demoPrefetch((id) => id === PATIENT)).get(PATIENT) ?? {};
  const keys = CHART_QUERY_KEYS.filter((key) => NEWEST[key] !== undefined);
  return patientViewBody(PATIENT, {
    prefetch: Object.fromEntries(keys.map((key) => [key, shortened(key, prefetch[key])])),
  });
}
