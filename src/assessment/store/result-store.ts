import {
  CdsError,
  type Assessment,
  type FeatureContribution,
  type ModalityOutcome,
} from '../../domain/index.ts';
import type { ModalityScore, ResultStore } from '../ports.ts';
import { eraseCards } from '../feedback/card-records.ts';
import { eraseCountedFeedback } from '../feedback/feedback-records.ts';
import { eraseFromOutbox } from './outbox.ts';
import type { RecordStore } from './records.ts';
import { createOpened } from './opened.ts';
import { createSeal } from './sealing.ts';

export interface ResultStoreOptions {
  /** 32 bytes; every process of a site has the same. */
  readonly key: Uint8Array;
  /** How long a result is kept, from when it was put. */
  readonly ttlSeconds: number;
}

const ASSESSMENT = 'a.';
const MODALITY_SCORE = 'm.';

// JSON has no NaN, and a missing feature's value is NaN: null on the way in, NaN again on the way out. Any other
// number that is not finite is a fault of what computed it and must not come back as something else.
const refuseNonFinite = (name: string, value: unknown): unknown => {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  if (name === 'value' && Number.isNaN(value)) return null;
  throw new CdsError('INTERNAL', `A result's ${name} is not a finite number.`);
};

const withMissing = (contributions: readonly FeatureContribution[]): readonly FeatureContribution[] =>
  contributions.some(({ value }) => (value as number | null) === null)
    ? contributions.map((one) => ((one.value as number | null) === null ? { ...one, value: NaN } : one))
    : contributions;

const outcomeWithMissing = (outcome: ModalityOutcome): ModalityOutcome =>
  outcome.status === 'present' ? { ...outcome, contributions: withMissing(outcome.contributions) } : outcome;

const encode = (result: Assessment | ModalityScore): Buffer =>
  Buffer.from(JSON.stringify(result, refuseNonFinite));

/** What was sealed by us but is no longer of this shape counts as damaged: it is computed anew. */
function decode<T>(plain: Buffer, complete: (result: T) => T): T {
  try {
    return complete(JSON.parse(plain.toString()) as T);
  } catch (error) {
    throw new CdsError('STORE_DAMAGED', undefined, { cause: error });
  }
}

const decodeAssessment = (plain: Buffer): Assessment =>
  decode<Assessment>(plain, (assessment) => ({
    ...assessment,
    modalities: assessment.modalities.map(outcomeWithMissing),
  }));

const decodeScore = (plain: Buffer): ModalityScore =>
  decode<ModalityScore>(plain, (score) => ({ ...score, contributions: withMissing(score.contributions) }));

/** Of each landmark date the last computed; oldest landmark first. */
function trajectory(assessments: readonly Assessment[]): Assessment[] {
  const byLandmark = new Map<string, Assessment>();
  for (const assessment of assessments) {
    const other = byLandmark.get(assessment.landmarkDate);
    const later = other === undefined || Date.parse(other.computedAt) <= Date.parse(assessment.computedAt);
    if (later) byLandmark.set(assessment.landmarkDate, assessment);
  }
  return [...byLandmark.values()].sort((a, b) => (a.landmarkDate < b.landmarkDate ? -1 : 1));
}

/**
 * Results on any record store: JSON under AES-256-GCM, bound to its record, in a group named by an HMAC of tenant
 * and patient id.
 *
 * All methods throw {@link CdsError} STORE_UNAVAILABLE; those that read also STORE_DAMAGED (altered, another key,
 * a record in another's place). `history` throws it when any one of the patient's assessments is damaged.
 *
 * @throws {CdsError} CONFIG_INVALID when the key is not 32 bytes
 */
export function createResultStore(records: RecordStore, options: ResultStoreOptions): ResultStore {
  const seal = createSeal(options.key);
  const opened = createOpened(seal, decodeAssessment);
  const put = (group: string, name: string, result: Assessment | ModalityScore): Promise<void> =>
    records.put(group, name, seal.seal(group, name, encode(result)), options.ttlSeconds);
  const get = async (group: string, name: string): Promise<Buffer | undefined> => {
    const sealed = await records.get(group, name);
    return sealed === undefined ? undefined : seal.open(group, name, sealed);
  };
  return {
    assessment: async (tenant, patientId, fingerprint) => {
      const group = seal.patientGroup(tenant, patientId);
      const name = ASSESSMENT + fingerprint;
      const sealed = await records.get(group, name);
      return sealed === undefined ? undefined : opened(group, name, sealed);
    },
    history: async (tenant, patientId) => {
      const group = seal.patientGroup(tenant, patientId);
      const sealed = await records.list(group, ASSESSMENT);
      return trajectory(sealed.map(({ name, value }) => opened(group, name, value)));
    },
    putAssessment: async (assessment) => {
      const group = seal.patientGroup(assessment.tenant, assessment.patientId);
      await put(group, ASSESSMENT + assessment.fingerprint, assessment);
    },
    modalityScore: async (tenant, patientId, fingerprint) => {
      const plain = await get(seal.patientGroup(tenant, patientId), MODALITY_SCORE + fingerprint);
      return plain === undefined ? undefined : decodeScore(plain);
    },
    putModalityScore: async (tenant, patientId, score) => {
      await put(seal.patientGroup(tenant, patientId), MODALITY_SCORE + score.fingerprint, score);
    },
    erasePatient: async (tenant, patientId) => {
      const elsewhere = [eraseFromOutbox, eraseCountedFeedback, eraseCards];
      let erased = 0;
      for (const erase of elsewhere) erased += await erase(records, seal, tenant, patientId);
      return erased + (await records.erase(seal.patientGroup(tenant, patientId)));
    },
    close: () => records.close(),
  };
}
