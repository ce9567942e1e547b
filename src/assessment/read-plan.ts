import { parseChart, type Chart, type ChartQueryKey, type ChartSource } from '../chart/index.ts';
import { CdsError } from '../domain/index.ts';
import { isReady, type Assessor, type ReadyPlan } from './assessor.ts';

/** A site as workers see it: their own way to its FHIR server. */
export interface WorkerSite {
  readonly fhirBaseUrl: string;
  readonly timeZone: string;
  readonly source: ChartSource;
}

export interface ReadPlanDependencies {
  readonly assessor: Pick<Assessor, 'plan'>;
  readonly sites: ReadonlyMap<string, WorkerSite>;
  readonly queryKeys: readonly ChartQueryKey[];
}

/** Whose plan, and as of which day. */
export interface PlanOf {
  readonly tenant: string;
  readonly patientId: string;
  /** YYYY-MM-DD; of a day gone by: as of that day, but barred by whatever the chart holds by now. */
  readonly landmarkDate: string;
}

/**
 * Reads a chart with the site's own credentials and plans from it. Resolves to undefined where the patient cannot be
 * assessed (any more).
 *
 * @throws {CdsError} CONFIG_INVALID, CHART_*, FHIR_*, SMART_*
 */
export function createReadPlan({ assessor, sites, queryKeys }: ReadPlanDependencies) {
  return async (
    { tenant, patientId, landmarkDate }: PlanOf,
    signal: AbortSignal,
  ): Promise<{ readonly plan: ReadyPlan; readonly chart: Chart } | undefined> => {
    const site = sites.get(tenant);
    if (site === undefined)
      throw new CdsError('CONFIG_INVALID', 'a job names a tenant that is not configured');
    const sets = await site.source.read(patientId, queryKeys, signal);
    const chart = parseChart(sets, site.timeZone, queryKeys);
    const { fhirBaseUrl } = site;
    const plan = assessor.plan({ tenant, fhirBaseUrl }, chart, landmarkDate, { readBy: 'worker' });
    return isReady(plan) ? { plan, chart } : undefined;
  };
}
