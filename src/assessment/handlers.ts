import { parseChart, type Chart, type ChartQueryKey, type ChartSource } from '../chart/index.ts';
import { CdsError, type Assessment } from '../domain/index.ts';
import type { Log, Metrics } from '../platform/index.ts';
import { isReady, unlessFailed, type Assessor, type ReadyPlan } from './assessor.ts';
import type { AssessmentRef, JobHandlers, ResultStore } from './ports.ts';

/** A site as workers see it: their own way to its FHIR server. */
export interface WorkerSite {
  readonly fhirBaseUrl: string;
  readonly timeZone: string;
  readonly source: ChartSource;
}

export interface HandlerDependencies {
  readonly assessor: Assessor;
  readonly store: ResultStore;
  readonly sites: ReadonlyMap<string, WorkerSite>;
  readonly queryKeys: readonly ChartQueryKey[];
  readonly modelDigest: string;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * What workers do. Each job reads the chart anew with the worker's own access: the job carries references only,
 * and what was true when it was queued may not be any more.
 */
export function createHandlers(dependencies: HandlerDependencies): JobHandlers {
  const { assessor, sites, queryKeys, log, metrics } = dependencies;

  const readPlan = async (
    ref: AssessmentRef,
    signal: AbortSignal,
  ): Promise<{ plan: ReadyPlan; chart: Chart } | undefined> => {
    const site = sites.get(ref.tenant);
    if (site === undefined)
      throw new CdsError('CONFIG_INVALID', 'a job names a tenant that is not configured');
    if (ref.modelDigest !== dependencies.modelDigest)
      throw new CdsError(
        'MODEL_DIGEST_MISMATCH',
        'the job was queued for another model than this worker has',
      );
    const sets = await site.source.read(ref.patientId, queryKeys, signal);
    const chart = parseChart(sets, site.timeZone, queryKeys);
    const plan = assessor.plan(
      { tenant: ref.tenant, fhirBaseUrl: site.fhirBaseUrl },
      chart,
      ref.landmarkDate,
    );
    // No longer eligible: the hook judges that itself, so there is nothing to compute and nothing wrong.
    return isReady(plan) ? { plan, chart } : undefined;
  };

  /**
   * The hook asked for `ref.fingerprint`. Where the worker's view has the same evidence resources under other
   * versions (prefetch without versionIds, or an edit in between), the newer reading answers that question too.
   */
  const answerTo = async (ref: AssessmentRef, assessment: Assessment, plan: ReadyPlan): Promise<void> => {
    if (ref.fingerprint === assessment.fingerprint) return;
    if (ref.resourcesFingerprint !== plan.assessable.resourcesFingerprint) return;
    await dependencies.store.putAssessment({ ...assessment, fingerprint: ref.fingerprint });
  };

  return {
    modality: async (ref, modality, signal) => {
      const read = await readPlan(ref, signal);
      if (read?.plan.assessable.scoreFingerprints.has(modality) !== true) return;
      const scored = await unlessFailed(() => assessor.score(read.plan, read.chart, modality, signal));
      if (scored === undefined) log.warn({ modality, tenant: ref.tenant }, 'modality failed; told as such');
      else log.debug({ modality, tenant: ref.tenant }, 'modality scored');
    },
    fusion: async (ref, signal) => {
      const read = await readPlan(ref, signal);
      if (read === undefined) return;
      const assessment =
        (await assessor.fuseStored(read.plan)) ?? (await assessor.complete(read.plan, read.chart, signal));
      await answerTo(ref, assessment, read.plan);
      metrics.assessments.inc();
      log.info({ tenant: ref.tenant, risk: assessment.risk.status }, 'assessment computed');
    },
  };
}
