import type { Service } from '../app/index.ts';
import type { Plan, PlanOptions } from '../assessment/index.ts';
import { CHART_QUERY_KEYS, parseChart, type Chart } from '../chart/index.ts';
import { CdsError } from '../domain/index.ts';

/** Plans an assessment of a demo patient at a date, as the service does, from the chart read anew. */
export type Planner = (patientId: string, date: string, options?: PlanOptions) => Promise<Planned>;

interface Planned {
  readonly plan: Plan;
  readonly chart: Chart;
}

/** @throws {CdsError} INTERNAL where there is no tenant to read from */
export const createPlanner = ({ core }: Service): Planner => {
  const [site] = core.sites.values();
  if (site === undefined) throw new CdsError('INTERNAL', 'the demo has no tenant');
  const { source } = site;
  const { id, fhirBaseUrl, timeZone } = site.tenant;
  return async (patientId, date, options) => {
    const resources = await source.read(patientId, CHART_QUERY_KEYS, AbortSignal.any([]));
    const chart = parseChart(resources, timeZone, CHART_QUERY_KEYS);
    return { chart, plan: core.assessor.plan({ tenant: id, fhirBaseUrl }, chart, date, options) };
  };
};
