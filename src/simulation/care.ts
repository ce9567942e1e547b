import type { Random } from '../numerics/index.ts';
import { CARE } from './constants.ts';
import { pickShare } from './shares.ts';

/**
 * What is written of a patient's care beside the course of the disease: what the study's criteria and a contrast CT
 * ask for. Nothing of it depends on the latent state, and nothing of the latent state on it.
 */
export interface CareRecord {
  readonly residualTumour: 'r0' | 'r1' | 'r2';
  /** Absent: nobody wrote it down. */
  readonly attenuation?: 'pure-ground-glass' | 'part-solid' | 'solid';
  readonly consent: 'given' | 'withdrawn' | 'not-recorded';
  /** `unsaid`: the stage names no edition of TNM. */
  readonly stageEdition: '8' | 'unsaid';
  /** Another cancer: the whole years before surgery that it was found. */
  readonly otherCancerYearsBefore?: number;
  readonly contrastAllergy: boolean;
  /** The investigator's own word, where it is written down. */
  readonly judgement?: 'suitable';
}

/** Each from a stream of its own, so that none of it moves another number. */
export function drawCareRecord(random: Random, given: Partial<CareRecord> = {}): CareRecord {
  const attenuated = random.fork('care attenuation recorded').uniform() < CARE.attenuationRecordedShare;
  const consented = random.fork('care consent').uniform() < CARE.consentRecordedShare;
  return {
    residualTumour: pickShare<'r0' | 'r1'>(random.fork('care margins'), CARE.residualTumourShares),
    ...(attenuated && {
      attenuation: pickShare<'solid' | 'part-solid'>(random.fork('care attenuation'), CARE.attenuationShares),
    }),
    consent: consented ? 'given' : 'not-recorded',
    stageEdition: '8',
    contrastAllergy: false,
    ...given,
  };
}
