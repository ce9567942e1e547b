import {
  isReady,
  lacksWhatMayCome,
  type Assessor,
  type AssessmentQueue,
  type Plan,
  type ReadyPlan,
  type ResultStore,
} from '../../../assessment/index.ts';
import { chartHolds } from '../../../chart/index.ts';
import {
  MODALITY_IDS,
  asCdsError,
  daysBetween,
  type Assessment,
  type CdsError,
  type ErrorCode,
} from '../../../domain/index.ts';
import type { ContrastNotes } from '../../../cards/index.ts';
import type { Eligibility } from '../../../eligibility/index.ts';
import type { ReadChart } from '../chart-reader.ts';
import { createExpiringSet } from './expiring-set.ts';

/** An earlier result: shown with its number while it is valid, by its date alone afterwards. */
export type Earlier =
  | { readonly status: 'valid'; readonly assessment: Assessment }
  | { readonly status: 'outlived'; readonly landmarkDate: string };

/** What the answer shall say. */
export type Decision =
  | { readonly kind: 'out-of-scope'; readonly eligibility: Eligibility }
  | { readonly kind: 'barred'; readonly barred: NonNullable<Eligibility['barred']> }
  | { readonly kind: 'not-eligible'; readonly eligibility: Eligibility }
  | {
      readonly kind: 'risk';
      readonly assessment: Assessment;
      readonly previous?: Assessment;
      /** False where this request could not see whether newer evidence exists. */
      readonly rechecked: boolean;
      readonly ageDays: number;
      /** As judged in this request, whenever the number was made. */
      readonly criteria: Eligibility['criteria'];
      readonly contrast: ContrastNotes;
    }
  | { readonly kind: 'pending'; readonly earlier?: Earlier }
  | { readonly kind: 'unavailable'; readonly code: ErrorCode; readonly earlier?: Earlier };

type RiskDecision = Extract<Decision, { kind: 'risk' }>;

export interface DecideDependencies {
  readonly assessor: Assessor;
  readonly store: ResultStore;
  readonly queue: AssessmentQueue;
  readonly modelDigest: string;
  readonly maxStaleDays: number;
}

export interface Question {
  readonly plan: Plan;
  readonly read: ReadChart;
  /** False: the site allows no reading beyond prefetch, so there is nobody to queue a job for. */
  readonly backgroundAccess: boolean;
  readonly deadline: AbortSignal;
}

const withoutNumber = ({ eligibility }: Plan): Decision | undefined => {
  if (eligibility.outOfScope.length > 0) return { kind: 'out-of-scope', eligibility };
  const { barred, criteria } = eligibility;
  // Who never was of the study is told so, also with a metastasis in the chart. A death goes before everything; so
  // does a second operation, since the criteria may have been judged on the wrong one of the two.
  const neverOfStudy = criteria.some(({ result, blocks }) => blocks && result === 'not-met');
  if (barred !== undefined && (barred.reason !== 'recurred' || !neverOfStudy))
    return { kind: 'barred', barred };
  return eligibility.eligible ? undefined : { kind: 'not-eligible', eligibility };
};

/** The last result at an earlier landmark. */
const previousOf = (history: readonly Assessment[], landmarkDate: string): Assessment | undefined =>
  history.findLast((assessment) => assessment.landmarkDate < landmarkDate);

type ReadyQuestion = Question & { readonly plan: ReadyPlan };

/** Is everything that a result rests on still in the chart? Told only by a chart that was read whole. */
const stillHeld = ({ evidence }: Assessment, { chart, failure }: ReadChart): boolean => {
  if (failure !== undefined) return true;
  const holds = chartHolds(chart);
  return evidence.every(({ reference }) => holds(reference));
};

/** What a card tells of the chart beside the number. */
const shownOf = ({ plan, read }: ReadyQuestion): Pick<RiskDecision, 'criteria' | 'contrast'> => ({
  criteria: plan.eligibility.criteria,
  contrast: { ...plan.clinical.contrast, allergiesRead: !read.chart.unread.has('allergies') },
});

/** How long an image archive that did not give its images is not asked again. */
const ASKED_AGAIN_MS = 900_000;

/** How long a job that could not be answered is not queued again. */
const UNANSWERED_MS = 300_000;

export function createDecide(dependencies: DecideDependencies) {
  const { assessor, store, queue, maxStaleDays, modelDigest } = dependencies;
  const unanswered = createExpiringSet(UNANSWERED_MS, () => performance.now());
  const askedAgain = createExpiringSet(ASKED_AGAIN_MS, () => performance.now());

  /** A record that cannot be read back is as good as none: it is computed anew, and the trend left out. */
  const unlessDamaged = async <T>(reading: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await reading;
    } catch (error) {
      if (asCdsError(error).code === 'STORE_DAMAGED') return otherwise;
      throw error;
    }
  };

  const historyOf = ({ site, patientId }: ReadyPlan): Promise<readonly Assessment[]> =>
    unlessDamaged(store.history(site.tenant, patientId), []);

  const storedOf = (plan: ReadyPlan): Promise<Assessment | undefined> =>
    unlessDamaged(assessor.stored(plan), undefined);

  /**
   * Eligibility was rechecked in this request. What remains: age, that it is this model's number, of this operation,
   * and that nothing it rests on was taken back since.
   */
  const earlierOf = (history: readonly Assessment[], { plan, read }: ReadyQuestion): Earlier | undefined => {
    const last = history.findLast((assessment) => assessment.landmarkDate <= plan.landmarkDate);
    if (last === undefined) return undefined;
    const holds =
      daysBetween(last.landmarkDate, plan.landmarkDate) <= maxStaleDays &&
      last.model.digest === modelDigest &&
      last.surgeryDate === plan.assessable.landmark.surgeryDate &&
      stillHeld(last, read);
    return holds
      ? { status: 'valid', assessment: last }
      : { status: 'outlived', landmarkDate: last.landmarkDate };
  };

  const risk = (
    assessment: Assessment,
    history: readonly Assessment[],
    question: ReadyQuestion,
  ): Decision => {
    const { plan } = question;
    const previous = previousOf(history, plan.landmarkDate);
    return {
      kind: 'risk',
      assessment,
      rechecked: true,
      ageDays: 0,
      ...shownOf(question),
      ...(previous !== undefined && { previous }),
    };
  };

  const pending = (earlier: Earlier | undefined): Decision => ({
    kind: 'pending',
    ...(earlier !== undefined && { earlier }),
  });

  const unavailable = (code: ErrorCode, earlier: Earlier | undefined): Decision => ({
    kind: 'unavailable',
    code,
    ...(earlier !== undefined && { earlier }),
  });

  const submit = async (plan: ReadyPlan): Promise<void> => {
    const { assessable } = plan;
    const present = MODALITY_IDS.filter((id) => assessable.scoreFingerprints.has(id));
    await queue.submit(
      {
        tenant: plan.site.tenant,
        patientId: plan.patientId,
        landmarkDate: plan.landmarkDate,
        fingerprint: assessable.fingerprint,
        resourcesFingerprint: assessable.resourcesFingerprint,
        modelDigest,
      },
      present,
    );
  };

  /** A result without images that were not to be had is shown; that they are asked for again holds nobody up. */
  const askAgain = (stored: Assessment, { plan, backgroundAccess }: ReadyQuestion): void => {
    const { fingerprint } = plan.assessable;
    if (!backgroundAccess || !lacksWhatMayCome(stored) || askedAgain.has(fingerprint)) return;
    askedAgain.add(fingerprint);
    submit(plan).catch(() => undefined);
  };

  /** Queues the job and waits for it as long as the deadline allows. */
  const queued = async (question: ReadyQuestion, history: readonly Assessment[]): Promise<Decision> => {
    const { plan, deadline } = question;
    const { assessable } = plan;
    if (unanswered.has(assessable.fingerprint))
      return unavailable('ASSESSMENT_UNANSWERED', earlierOf(history, question));
    await submit(plan);
    const outcome = await queue.wait(assessable.fingerprint, deadline);
    if (outcome.state === 'failed') return unavailable(outcome.code, earlierOf(history, question));
    if (outcome.state === 'pending') return pending(earlierOf(history, question));
    // Where the workers saw other resources but the same samples, their scores serve this request's view too.
    const assessment = (await storedOf(plan)) ?? (await assessor.fuseStored(plan));
    if (assessment !== undefined) return risk(assessment, history, question);
    // Done, and not what was asked for: the workers see other samples. Asking again at once would not help.
    unanswered.add(assessable.fingerprint);
    return unavailable('ASSESSMENT_UNANSWERED', earlierOf(history, question));
  };

  /** Prefetch was not enough and the server failed: the last result may be shown, as not rechecked. */
  const lastKnown = (
    question: ReadyQuestion,
    failure: CdsError,
    history: readonly Assessment[],
  ): Decision => {
    const { plan } = question;
    const earlier = earlierOf(history, question);
    if (earlier?.status !== 'valid') return unavailable(failure.code, earlier);
    const { assessment } = earlier;
    const previous = previousOf(history, assessment.landmarkDate);
    return {
      kind: 'risk',
      assessment,
      rechecked: false,
      ageDays: daysBetween(assessment.landmarkDate, plan.landmarkDate),
      ...shownOf(question),
      ...(previous !== undefined && { previous }),
    };
  };

  const assessed = async (question: ReadyQuestion): Promise<Decision> => {
    const { plan, read, backgroundAccess, deadline } = question;
    const history = await historyOf(plan);
    const { fingerprint } = plan.assessable;
    // Mostly it is the last of the history; of two of one day the history keeps only the later.
    const stored = history.findLast((each) => each.fingerprint === fingerprint) ?? (await storedOf(plan));
    if (stored !== undefined) {
      askAgain(stored, question);
      return risk(stored, history, question);
    }
    if (!backgroundAccess)
      return risk(await assessor.complete(plan, read.chart, deadline), history, question);
    if (read.failure !== undefined) return lastKnown(question, read.failure, history);
    const fused = await assessor.fuseStored(plan);
    return fused === undefined ? queued(question, history) : risk(fused, history, question);
  };

  /** What to answer. Never rejects for what Redis, the store or a model did: those are decisions too. */
  return async (question: Question): Promise<Decision> => {
    const { plan } = question;
    if (!isReady(plan)) return withoutNumber(plan) ?? { kind: 'unavailable', code: 'INTERNAL' };
    try {
      return await assessed({ ...question, plan });
    } catch (error) {
      return { kind: 'unavailable', code: asCdsError(error).code };
    }
  };
}
