import { parseChart, type Chart, type ChartQueryKey } from '../../chart/index.ts';
import { asCdsError, CdsError, MODALITY_IDS } from '../../domain/index.ts';
import { calendarDate, type Clock, type Log, type Metrics } from '../../platform/index.ts';
import { isReady, type Assessor, type ReadyPlan } from '../assessor.ts';
import type { WorkerSite } from '../read-plan.ts';
import type { Plan } from '../plan.ts';
import type { AssessmentQueue, TaskHandlers } from '../ports.ts';

export interface AssessDependencies {
  readonly assessor: Assessor;
  readonly queue: Pick<AssessmentQueue, 'submit'>;
  readonly sites: ReadonlyMap<string, WorkerSite>;
  readonly queryKeys: readonly ChartQueryKey[];
  readonly modelDigest: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What told of a patient comes to. */
type Outcome =
  'unknown-patient' | 'out-of-scope' | 'barred' | 'not-eligible' | 'no-modality' | 'stored' | 'queued';

/** Enough to see that a patient has no lung cancer or no lung resection, as most patients of a hospital. */
const SCOPE_KEYS: readonly ChartQueryKey[] = ['patient', 'conditions', 'procedures'];

/** Why nothing is to be done for a patient; undefined where something is. */
const nothingToDo = ({ eligibility }: Plan): Outcome | undefined => {
  if (eligibility.outOfScope.length > 0) return 'out-of-scope';
  return eligibility.barred === undefined ? undefined : 'barred';
};

/**
 * Does what a hook would do for a patient, ahead of it: reads the chart with the worker's own access, and queues the
 * assessment of today where there is none yet of this evidence. A patient who is not ours is no error.
 */
export function createAssessHandler(dependencies: AssessDependencies): TaskHandlers['assess'] {
  const { assessor, queue, sites, queryKeys, modelDigest, clock, log, metrics } = dependencies;

  const submit = async (plan: ReadyPlan): Promise<Outcome> => {
    const { assessable, site, patientId, landmarkDate } = plan;
    const present = MODALITY_IDS.filter((id) => assessable.scoreFingerprints.has(id));
    // Without a sample there is nothing to compute ahead: the hook says so in no time.
    if (present.length === 0) return 'no-modality';
    const { fingerprint, resourcesFingerprint } = assessable;
    const ref = {
      tenant: site.tenant,
      patientId,
      landmarkDate,
      fingerprint,
      resourcesFingerprint,
      modelDigest,
    };
    await queue.submit(ref, present);
    return 'queued';
  };

  /**
   * A record that cannot be read back is as good as none: it is computed anew. So is what a request fused: prefetch
   * may say anything, and a job makes a worker's result of it.
   */
  const isStored = async (plan: ReadyPlan): Promise<boolean> => {
    try {
      return (await assessor.stored(plan))?.readBy === 'worker';
    } catch (error) {
      if (asCdsError(error).code === 'STORE_DAMAGED') return false;
      throw error;
    }
  };

  const assess = async (
    tenant: string,
    patientId: string,
    site: WorkerSite,
    signal: AbortSignal,
  ): Promise<Outcome> => {
    const today = calendarDate(clock.now(), site.timeZone);
    const planOf = async (keys: readonly ChartQueryKey[]): Promise<Plan> => {
      const sets = await site.source.read(patientId, keys, signal);
      const chart: Chart = parseChart(sets, site.timeZone, queryKeys);
      return assessor.plan({ tenant, fhirBaseUrl: site.fhirBaseUrl }, chart, today, { readBy: 'worker' });
    };
    const early = nothingToDo(await planOf(SCOPE_KEYS));
    if (early !== undefined) return early;
    const plan = await planOf(queryKeys);
    if (!isReady(plan)) return nothingToDo(plan) ?? 'not-eligible';
    return (await isStored(plan)) ? 'stored' : submit(plan);
  };

  return async ({ tenant, patientId }, signal) => {
    const site = sites.get(tenant);
    if (site === undefined)
      throw new CdsError('CONFIG_INVALID', 'a task names a tenant that is not configured');
    const outcome = await assess(tenant, patientId, site, signal).catch((error: unknown): Outcome => {
      if (asCdsError(error).code === 'FHIR_PATIENT_UNKNOWN') return 'unknown-patient';
      throw error;
    });
    metrics.triggers.inc({ door: 'assess', outcome });
    log.debug({ tenant, outcome }, 'patient looked at');
  };
}
