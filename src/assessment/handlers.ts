import type { Chart, ChartQueryKey } from '../chart/index.ts';
import { asCdsError, CdsError, type Assessment } from '../domain/index.ts';
import type { Log, Metrics } from '../platform/index.ts';
import type { Assessor, ReadyPlan } from './assessor.ts';
import type { AssessmentRef, JobHandlers, ResultStore } from './ports.ts';
import { createReadPlan, type WorkerSite } from './read-plan.ts';

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
  const { assessor, log, metrics } = dependencies;
  const read = createReadPlan(dependencies);

  const readPlan = async (
    ref: AssessmentRef,
    signal: AbortSignal,
  ): Promise<{ plan: ReadyPlan; chart: Chart } | undefined> => {
    if (ref.modelDigest !== dependencies.modelDigest)
      throw new CdsError(
        'MODEL_DIGEST_MISMATCH',
        'the job was queued for another model than this worker has',
      );
    // No longer eligible: the hook judges that itself, so there is nothing to compute and nothing wrong.
    return read(ref, signal);
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
      const seen = await readPlan(ref, signal);
      if (seen?.plan.assessable.scoreFingerprints.has(modality) !== true) return;
      try {
        await assessor.score(seen.plan, seen.chart, modality, signal);
        log.debug({ modality, tenant: ref.tenant }, 'modality scored');
      } catch (error) {
        const { code, kind } = asCdsError(error);
        // What can heal is tried again. What cannot is told by the fusion, and the others still give their risk.
        if (kind.retryable) throw error;
        log.warn({ modality, tenant: ref.tenant, code }, 'modality failed; told as such');
      }
    },
    fusion: async (ref, signal) => {
      const seen = await readPlan(ref, signal);
      if (seen === undefined) return;
      const { plan, chart } = seen;
      const assessment = (await assessor.fuseStored(plan)) ?? (await assessor.complete(plan, chart, signal));
      await answerTo(ref, assessment, plan);
      metrics.assessments.inc();
      log.info({ tenant: ref.tenant, risk: assessment.risk.status }, 'assessment computed');
    },
  };
}
