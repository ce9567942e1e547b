import type { Service } from '../app/index.ts';
import { isReady, type Plan, type PlanOptions } from '../assessment/index.ts';
import { CHART_QUERY_KEYS, parseChart, type Chart } from '../chart/index.ts';
import { addDays } from '../domain/index.ts';
import { demoSite } from './demo-site.ts';

/** Plans assessments of demo patients, as the service does. */
export interface Planner {
  readonly chartOf: (patientId: string) => Promise<Chart>;
  readonly planOf: (chart: Chart, date: string, options?: PlanOptions) => Plan;
}

/** @throws {CdsError} INTERNAL where there is no tenant to read from */
export const createPlanner = (service: Service): Planner => {
  const { source, tenant } = demoSite(service);
  const { id, fhirBaseUrl, timeZone } = tenant;
  return {
    chartOf: async (patientId) => {
      const resources = await source.read(patientId, CHART_QUERY_KEYS, AbortSignal.any([]));
      return parseChart(resources, timeZone, CHART_QUERY_KEYS);
    },
    planOf: (chart, date, options) =>
      service.core.assessor.plan({ tenant: id, fhirBaseUrl }, chart, date, options),
  };
};

/** Days ago of the visits before this one, the last one first: what "changed since" is told against. */
const PREVIOUS_VISITS = [91, 182];

/**
 * Assesses a patient as of the last visit that allowed it, as the service of that day would have. Today's card can
 * then say what changed.
 */
export async function rememberPreviousVisit(
  { core }: Service,
  { chartOf, planOf }: Planner,
  patientId: string,
  today: string,
): Promise<void> {
  const chart = await chartOf(patientId);
  for (const days of PREVIOUS_VISITS) {
    const plan = planOf(chart, addDays(today, -days), { retrospective: true });
    if (!isReady(plan) || plan.assessable.scoreFingerprints.size === 0) continue;
    await core.assessor.complete(plan, chart, AbortSignal.any([]));
    return;
  }
}
