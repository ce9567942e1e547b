import { isDeepStrictEqual } from 'node:util';
import type { Chart } from '../chart/index.ts';
import {
  CdsError,
  type Assessment,
  type FeatureContribution,
  type ModalityId,
  type ModalityOutcome,
  type ModalityReason,
  type RiskEstimate,
} from '../domain/index.ts';
import { interpretLayer, layerScores, subsetName, whyNotEstimable } from '../fusion/index.ts';
import type { ExtractContext, Modality } from '../modalities/index.ts';
import { featureNamesOf } from '../model-registry/index.ts';
import type { Clock } from '../platform/index.ts';
import {
  planAssessment,
  type AssessablePlan,
  type Plan,
  type PlanDependencies,
  type PlanOptions,
  type Site,
} from './plan.ts';
import { createRecentFailures, failureReason, statusOfFailure } from './failures.ts';
import type { ModalityScore, ResultStore } from './ports.ts';

export interface AssessorDependencies extends PlanDependencies {
  readonly store: ResultStore;
  readonly clock: Clock;
  /**
   * Told of each result before it is stored, and waited for.
   *
   * @throws {CdsError} STORE_UNAVAILABLE; the result is not stored then either
   */
  readonly beforeStored?: (assessment: Assessment) => Promise<void>;
  /** Told of each result once it is stored. Nothing waits for what it does, and it never throws. */
  readonly onStored?: (assessment: Assessment) => void;
}

/** An eligible plan with everything an assessment needs. */
export type ReadyPlan = Plan & { readonly assessable: AssessablePlan };

/** One patient's assessment, from plan to stored result; hooks and workers call the same steps. */
export interface Assessor {
  plan(site: Site, chart: Chart, landmarkDate: string, options?: PlanOptions): Plan;
  /** The stored result of exactly this plan. */
  stored(plan: ReadyPlan): Promise<Assessment | undefined>;
  /**
   * Extracts, scores and stores one modality, unless its score is there already. For a worker's plan only a score that
   * a worker made is there.
   */
  score(plan: ReadyPlan, chart: Chart, modality: ModalityId, signal: AbortSignal): Promise<ModalityScore>;
  /** Fuses what the store holds, and stores it; undefined where a present modality has no score yet. */
  fuseStored(plan: ReadyPlan): Promise<Assessment | undefined>;
  /** Scores what is missing, then fuses and stores; a modality that fails for good is left out as `failed`. */
  complete(plan: ReadyPlan, chart: Chart, signal: AbortSignal): Promise<Assessment>;
  /** What `complete` would store: the result itself is neither stored nor told of. */
  compute(plan: ReadyPlan, chart: Chart, signal: AbortSignal): Promise<Assessment>;
}

/** Eligible, with a dated surgery: the only plans that lead to a number. */
export const isReady = (plan: Plan): plan is ReadyPlan =>
  plan.eligibility.eligible && plan.assessable !== undefined;

/** How many contributions a result keeps: what a card can show, not the whole vector. */
const KEPT_CONTRIBUTIONS = 8;

type Scores = ReadonlyMap<ModalityId, ModalityScore>;
/** Modalities that should have given a score, and why they did not. */
type Failures = ReadonlyMap<ModalityId, ModalityReason>;

/**
 * A score's parts in the layer's log-hazard, so that those of different modalities can be ranked together. Without
 * a layer there is no such scale, and no parts are shown.
 */
const scaled = (
  modality: ModalityId,
  { score, contributions }: ModalityScore,
  risk: RiskEstimate,
): readonly FeatureContribution[] => {
  const logHazard = risk.status === 'estimated' ? risk.modalityLogHazard[modality] : undefined;
  if (logHazard === undefined || score === 0) return [];
  return contributions.map((part) => ({ ...part, logHazard: (part.logHazard * logHazard) / score }));
};

const outcomesOf = (
  plan: AssessablePlan,
  scores: Scores,
  failures: Failures,
  risk: RiskEstimate,
): ModalityOutcome[] =>
  [...plan.selections].map(([modality, selection]): ModalityOutcome => {
    if (selection.status !== 'present') return { modality, ...selection };
    const score = scores.get(modality);
    if (score === undefined) {
      const reason = failures.get(modality) ?? 'failed';
      const { collectedOn } = selection;
      return { modality, status: statusOfFailure(reason), reason, collectedOn, evidence: [] };
    }
    return {
      modality,
      ...selection,
      flags: [...selection.flags, ...(score.flags ?? [])],
      score: score.score,
      contributions: scaled(modality, score, risk),
      ...(score.images !== undefined && { images: score.images }),
    };
  });

/** A score model that was fitted on other features than the modality gives would answer, and wrongly. */
const requireFitting = ({ modalities, models }: PlanDependencies): void => {
  for (const modality of modalities) {
    const { id, preprocessing, featureNames } = modality;
    const manifest = models.scoreManifest(id);
    if (manifest === undefined) continue;
    if (manifest.preprocessing !== preprocessing)
      throw new CdsError('MODEL_MANIFEST_INVALID', `${manifest.id}: preprocessing is not ${preprocessing}`);
    if (manifest.kind === 'image-score' && !isDeepStrictEqual(manifest.tensor, modality.tensor))
      throw new CdsError(
        'MODEL_MANIFEST_INVALID',
        `${manifest.id}: its tensor is not that of modalities.imaging.tensor; set it to what the manifest has`,
      );
    if (!featureNamesOf(manifest).every((name) => featureNames.includes(name)))
      throw new CdsError('MODEL_MANIFEST_INVALID', `${manifest.id}: features that ${id} does not give`);
  }
};

/** @throws {CdsError} MODEL_MANIFEST_INVALID where a model does not fit its modality */
export function createAssessor(dependencies: AssessorDependencies): Assessor {
  requireFitting(dependencies);
  const { store, models, clock } = dependencies;
  const modalities = new Map<ModalityId, Modality>(
    dependencies.modalities.map((modality) => [modality.id, modality]),
  );

  const estimate = async (plan: AssessablePlan, scores: Scores): Promise<RiskEstimate> => {
    const subset = [...scores.keys()];
    const impossible = whyNotEstimable(models.layer, subset, plan.landmarkMonths);
    if (impossible !== undefined) return impossible;
    const values = new Map([...scores].map(([id, { score }]) => [id, score]));
    const numbers = await models.risk(
      subsetName(subset),
      layerScores(models.layer, values),
      plan.landmarkMonths,
    );
    return interpretLayer(models.layer, subset, plan.landmarkMonths, numbers);
  };

  const fuse = async (
    { site, patientId, assessable, readBy }: ReadyPlan,
    scores: Scores,
    failures: Failures = new Map(),
  ): Promise<Assessment> => {
    const risk = await estimate(assessable, scores);
    return {
      fingerprint: assessable.fingerprint,
      tenant: site.tenant,
      patientId,
      landmarkDate: assessable.landmark.date,
      surgeryDate: assessable.landmark.surgeryDate,
      computedAt: clock.now().toISOString(),
      model: models.identity,
      risk,
      modalities: outcomesOf(assessable, scores, failures, risk),
      evidence: assessable.evidence,
      readBy,
    };
  };

  const keep = async (assessment: Assessment): Promise<Assessment> => {
    await dependencies.beforeStored?.(assessment);
    await store.putAssessment(assessment);
    dependencies.onStored?.(assessment);
    return assessment;
  };

  const contextOf = ({ tenant }: Site, signal: AbortSignal): ExtractContext => {
    const images = dependencies.imagesOf?.(tenant);
    return { signal, ...(images !== undefined && { images }) };
  };

  const failures = createRecentFailures(() => clock.now().getTime());
  const remembering = async <T>(fingerprint: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const reason = failureReason(error);
      if (reason !== undefined) failures.remember(fingerprint, reason);
      throw error;
    }
  };

  const storedScore = async (
    { site, patientId, readBy }: ReadyPlan,
    name: string,
  ): Promise<ModalityScore | undefined> => {
    const known = await store.modalityScore(site.tenant, patientId, name);
    // Of a site that allowed no reading of our own until now, say.
    return readBy === 'worker' && known?.readBy !== 'worker' ? undefined : known;
  };

  const storedScores = async (plan: ReadyPlan): Promise<Scores> => {
    const found = await Promise.all(
      [...plan.assessable.scoreFingerprints].map(
        async ([id, name]) => [id, await storedScore(plan, name)] as const,
      ),
    );
    return new Map(found.flatMap(([id, score]) => (score === undefined ? [] : [[id, score] as const])));
  };

  const score: Assessor['score'] = async (plan, chart, id, signal) => {
    const { site, patientId, assessable, readBy } = plan;
    const fingerprint = assessable.scoreFingerprints.get(id);
    const modality = modalities.get(id);
    if (fingerprint === undefined || modality === undefined)
      throw new CdsError('INTERNAL', `${id} has no evidence`);
    const known = await storedScore(plan, fingerprint);
    if (known !== undefined) return known;
    const { extracted, scored } = await remembering(fingerprint, async () => {
      const given = await modality.extract(chart, assessable.landmark, contextOf(site, signal));
      return { extracted: given, scored: await models.score(id, given.features, given.tensors) };
    });
    const result: ModalityScore = {
      fingerprint,
      modality: id,
      score: scored.score,
      contributions: scored.contributions.slice(0, KEPT_CONTRIBUTIONS),
      imputed: scored.imputed,
      ...(extracted.images !== undefined && { images: extracted.images }),
      ...(extracted.flags !== undefined && { flags: extracted.flags }),
      readBy,
    };
    await store.putModalityScore(site.tenant, patientId, result);
    return result;
  };

  /** A modality's score, or why the others have to do without it. */
  const scoreOrReason = async (
    plan: ReadyPlan,
    chart: Chart,
    id: ModalityId,
    signal: AbortSignal,
  ): Promise<ModalityScore | ModalityReason> => {
    const recent = failures.recent(plan.assessable.scoreFingerprints.get(id) ?? '');
    if (recent !== undefined) return recent;
    try {
      return await score(plan, chart, id, signal);
    } catch (error) {
      const reason = failureReason(error);
      if (reason === undefined || signal.aborted) throw error;
      return reason;
    }
  };

  const compute: Assessor['compute'] = async (plan, chart, signal) => {
    const scores = new Map<ModalityId, ModalityScore>();
    const failed = new Map<ModalityId, ModalityReason>();
    await Promise.all(
      [...plan.assessable.scoreFingerprints.keys()].map(async (id) => {
        const given = await scoreOrReason(plan, chart, id, signal);
        if (typeof given === 'string') failed.set(id, given);
        else scores.set(id, given);
      }),
    );
    return fuse(plan, scores, failed);
  };

  return {
    plan: (site, chart, landmarkDate, options) =>
      planAssessment(site, chart, landmarkDate, dependencies, options),
    stored: ({ site, patientId, assessable }) =>
      store.assessment(site.tenant, patientId, assessable.fingerprint),
    score,
    fuseStored: async (plan) => {
      const scores = await storedScores(plan);
      return scores.size === plan.assessable.scoreFingerprints.size
        ? keep(await fuse(plan, scores))
        : undefined;
    },
    complete: async (plan, chart, signal) => keep(await compute(plan, chart, signal)),
    compute,
  };
}
