/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { SurvivalData } from '../../survival/index.ts';
import { type CrossFitOptions, crossFitCt, servedFold } from './cross-fit.ts';
import type { CtTrainingSettings } from './settings.ts';
import type { FoldCtModel } from './train-fold.ts';

/** What is known of a patient's CTs: both, and from when. */
export interface PatientCts {
  readonly baseline: Float32Array;
  readonly postoperative: Float32Array;
  /** Months since surgery from which the postoperative CT could be used. */
  readonly usableMonths: number;
}

export interface CtScoreInput {
  /** One a patient; undefined where one of the CTs is missing or could not be read. */
  readonly cts: readonly (PatientCts | undefined)[];
  /** One row a patient: months from surgery to event or censoring; without delayed entry. */
  readonly data: SurvivalData;
  /** One a patient. */
  readonly folds: Int32Array;
  /** Patients at landmarks, months since surgery. */
  readonly rows: readonly { readonly patient: number; readonly entryMonths: number }[];
}

export interface CtScoreFit {
  /** Of each landmark row; NaN where its patient has no pair of CTs, or none yet at the landmark. */
  readonly crossFitted: Float64Array;
  /** Of each patient, whatever the landmark; NaN where there is none. */
  readonly byPatient: Float64Array;
  readonly folds: readonly FoldCtModel[];
  /** ONNX, one a fold, by fold: what serves. */
  readonly models: readonly Uint8Array[];
  /** Who was learned from: both CTs, and still at risk when they could be used. */
  readonly patients: number;
  readonly events: number;
}

/**
 * The CT score of a cohort for the risk layer: cross-fitted by patient on the surgery clock, each patient at risk from
 * when both CTs could be used, then dealt to the patient's landmarks; a CT does not age. Who had the event, or was last
 * seen, before the CT could be used has no landmark with it and is left out.
 *
 * @throws {CdsError} as {@link crossFitCt} does
 */
export async function fitCtScore(
  { cts, data, folds, rows }: CtScoreInput,
  settings: CtTrainingSettings,
  options: CrossFitOptions,
): Promise<CtScoreFit> {
  const usable = cts.map((pair) => pair?.usableMonths ?? Infinity);
  const pairs = cts.flatMap((pair, patient) =>
    pair !== undefined && data.time[patient]! > pair.usableMonths ? [{ patient, ...pair }] : [],
  );
  const learned = new Set(pairs.map(({ patient }) => patient));
  // A row that has no pair is not read; its entry only has to be one.
  const entry = Float64Array.from(usable, (months, patient) => (learned.has(patient) ? months : 0));
  const fitted = await crossFitCt(pairs, { ...data, entry }, folds, settings, options);
  return {
    crossFitted: Float64Array.from(rows, ({ patient, entryMonths }) =>
      entryMonths >= usable[patient]! ? fitted.crossFitted[patient]! : Number.NaN,
    ),
    byPatient: fitted.crossFitted,
    folds: fitted.folds,
    models: fitted.folds.map((fold) => servedFold(settings, fold)),
    patients: pairs.length,
    events: pairs.filter(({ patient }) => data.event[patient] === 1).length,
  };
}
