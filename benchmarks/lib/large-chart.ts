import type { ChartQuery, ChartQueryKey } from '../../src/chart/index.ts';
import { simulateDemoPatients } from '../../src/simulation/index.ts';

type Resource = Readonly<Record<string, unknown>> & { readonly resourceType: string; readonly id: string };
export type LargeChart = Readonly<Record<ChartQueryKey, readonly Resource[]>>;

const PATIENT = 'demo-low-19-months';
const TODAY = '2026-11-23';

/**
 * How many resources of each query the padded chart has: years of follow-up, most of it laboratory values. What is
 * left to the total is metabolomics, the longest chain of pages.
 */
const SIZES: Partial<Record<ChartQueryKey, number>> = {
  patient: 1,
  conditions: 90,
  procedures: 60,
  medications: 240,
  staging: 4,
  diseaseStatus: 60,
  cfdna: 150,
  genomicReports: 50,
};

const codesOf = (resource: Resource): string[] => {
  const { coding = [] } = (resource['code'] ?? {}) as { coding?: { system?: string; code?: string }[] };
  return coding.map(({ system = '', code = '' }) => `${system}|${code}`);
};

const isOf = (query: ChartQuery, resource: Resource): boolean => {
  if (resource.resourceType !== query.resourceType) return false;
  const wanted = query.parameters.find(([name]) => name === 'code')?.[1].split(',');
  return wanted === undefined || codesOf(resource).some((code) => wanted.includes(code));
};

/** The first ones as they are, then the same again under other ids. */
const padded = (resources: readonly Resource[], count: number): Resource[] =>
  Array.from({ length: count }, (_, index) => {
    const resource = resources[index % resources.length];
    if (resource === undefined) throw new Error('the simulated patient has nothing for one of the queries');
    const copy = Math.floor(index / resources.length);
    return copy === 0 ? resource : { ...resource, id: `${resource.id}-${String(copy)}` };
  });

/** A simulated patient's chart of so many resources, in the shapes the simulator writes, by query. */
export function largeChart(queries: readonly ChartQuery[], total: number): LargeChart {
  const patient = simulateDemoPatients(TODAY).find((each) => each.id === PATIENT);
  const resources = (patient?.resources ?? []) as unknown as Resource[];
  const others = Object.values(SIZES).reduce((sum, size) => sum + size, 0);
  return Object.fromEntries(
    queries.map((query) => {
      const size = SIZES[query.key] ?? (query.key === 'metabolomics' ? total - others : 0);
      const found = resources.filter((resource) => isOf(query, resource));
      return [query.key, size === 0 ? [] : padded(found, size)];
    }),
  ) as unknown as LargeChart;
}

export const LARGE_CHART_PATIENT = PATIENT;
