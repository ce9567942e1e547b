import { addDays, DAYS_PER_MONTH, daysBetween, type ModalityId } from '../domain/index.ts';
import type { Random } from '../numerics/index.ts';
import { type CareRecord, drawCareRecord } from './care.ts';
import { CALENDAR, CLINICAL, FOLLOW_UP } from './constants.ts';
import { drawEvent, drawLatentState, type LatentStage, type LatentState, type TrueEvent } from './latent.ts';
import { type PersonName, drawName } from './names.ts';
import { type Draw, planDraws, planVisits, type Visit } from './schedule.ts';
import { integerBetween, pickShare } from './shares.ts';
import { drawSite, type Site } from './sites.ts';

export interface NeoadjuvantTherapy {
  readonly inhibitor: 'nivolumab' | 'pembrolizumab';
  readonly platinum: 'cisplatin' | 'carboplatin';
  /** YYYY-MM-DD of each cycle, first to last. */
  readonly doseDates: readonly string[];
}

/** Why a patient is outside the study. */
export type OutOfStudy = 'stage' | 'no-neoadjuvant' | 'age';

/** What is collected of a patient, whatever the outcome. */
export interface Collection {
  readonly lacks: readonly ModalityId[];
  /** Share of draws lost, at random, per modality. */
  readonly drawLostShare: number;
  /** No draw after this day. */
  readonly lastDrawDay: number;
}

/** One simulated patient: the hidden state and what a hospital would know. Days count from surgery. */
export interface SimulatedPatient {
  readonly id: string;
  readonly name: PersonName;
  readonly sex: 'male' | 'female';
  readonly birthDate: string;
  readonly site: Site;
  readonly stage: LatentStage;
  readonly majorResponse: boolean;
  readonly operation: 'lobectomy' | 'pneumonectomy';
  readonly surgeryDate: string;
  readonly neoadjuvant?: NeoadjuvantTherapy;
  readonly outOfStudy?: OutOfStudy;
  readonly latent: LatentState;
  /** Uncensored. */
  readonly event: TrueEvent;
  readonly eventDay: number;
  /** Day of death after a recurrence. */
  readonly deathAfterRecurrenceDay: number;
  /** All planned visits and draws, as if nothing ever happened. */
  readonly visits: readonly Visit[];
  readonly draws: readonly Draw[];
  /** The day of the visit after which the patient did not come back; Infinity for most. */
  readonly lostAfterDay: number;
  /** The day the data end: nothing later is known. */
  readonly dataCutDay: number;
  readonly collection: Collection;
  readonly care: CareRecord;
  /** The patient's own stream; modalities fork it by their names. */
  readonly random: Random;
  /** The cohort's stream: what patients share (batches) is forked from it. */
  readonly cohortRandom: Random;
}

const dayOfMonths = (months: number): number => Math.max(1, Math.round(months * DAYS_PER_MONTH));

function drawNeoadjuvant(random: Random, surgeryDate: string): NeoadjuvantTherapy {
  const cycles = Number(pickShare(random, CLINICAL.cycleShares));
  const last = -integerBetween(random, CLINICAL.lastDoseToSurgeryDays);
  return {
    inhibitor: random.uniform() < 0.55 ? 'nivolumab' : 'pembrolizumab',
    platinum: random.uniform() < 0.5 ? 'cisplatin' : 'carboplatin',
    doseDates: Array.from({ length: cycles }, (_, cycle) =>
      addDays(surgeryDate, last - CLINICAL.cycleDays * (cycles - 1 - cycle)),
    ),
  };
}

const drawAgeYears = (random: Random): number => {
  const { mean, sd, min, max } = CLINICAL.ageYears;
  for (;;) {
    const age = mean + sd * random.normal();
    if (age >= min && age < max + 1) return age;
  }
};

const birthDateOf = (surgeryDate: string, ageYears: number): string =>
  addDays(surgeryDate, -Math.round(ageYears * 365.25));

const drawLostAfter = (random: Random, visits: readonly Visit[]): number => {
  for (const [index, visit] of visits.entries()) {
    const next = visits[index + 1];
    const months = next === undefined ? 12 : next.nominalMonths - visit.nominalMonths;
    if (random.uniform() < -Math.expm1(-FOLLOW_UP.dropOutPerMonth * months)) return visit.day;
  }
  return Infinity;
};

const drawCollection = (random: Random): Collection => {
  const lacks: ModalityId[] = [];
  // Never both: a patient without any sample was not enrolled.
  const u = random.uniform();
  if (u < FOLLOW_UP.lacksModalityShare) lacks.push('metabolomics');
  else if (u < 2 * FOLLOW_UP.lacksModalityShare) lacks.push('cfdna');
  return { lacks, drawLostShare: FOLLOW_UP.drawLostShare, lastDrawDay: Infinity };
};

const OUT_OF_STUDY: readonly OutOfStudy[] = ['stage', 'no-neoadjuvant', 'age'];

const drawOutOfStudy = (random: Random): OutOfStudy | undefined => {
  const out = random.uniform() < CLINICAL.outOfStudyShare;
  const kind = OUT_OF_STUDY[random.integer(OUT_OF_STUDY.length)];
  return out ? kind : undefined;
};

const drawSurgeryDate = (random: Random): string => {
  const days = daysBetween(CALENDAR.firstSurgery, CALENDAR.lastSurgery);
  const date = addDays(CALENDAR.firstSurgery, random.integer(days + 1));
  // No planned resections at weekends: back to the Friday.
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return addDays(date, weekday === 6 ? -1 : weekday === 0 ? -2 : 0);
};

/** Fields that are given instead of drawn; what follows from them is drawn from them. */
export interface PatientOverrides {
  /** `in`: surely eligible. */
  readonly study?: 'in' | OutOfStudy;
  readonly name?: PersonName;
  readonly sex?: 'male' | 'female';
  readonly ageYears?: number;
  readonly site?: Site;
  readonly surgeryDate?: string;
  readonly stage?: LatentStage;
  readonly latent?: LatentState;
  readonly event?: TrueEvent;
  readonly visits?: readonly Visit[];
  readonly collection?: Collection;
  readonly care?: Partial<CareRecord>;
  readonly dataCut?: string;
}

const drawPerson = (random: Random, given: PatientOverrides, surgeryDate: string, old: boolean) => {
  const sex = given.sex ?? (random.fork('sex').uniform() < CLINICAL.maleShare ? 'male' : 'female');
  const ageYears = given.ageYears ?? (old ? CLINICAL.outOfStudyAgeYears : drawAgeYears(random.fork('age')));
  return {
    name: given.name ?? drawName(random.fork('name'), sex),
    sex,
    birthDate: birthDateOf(surgeryDate, ageYears),
    site: given.site ?? drawSite(random.fork('site')),
  } as const;
};

const drawDisease = (random: Random, given: PatientOverrides, metastatic: boolean) => {
  const stage =
    given.stage ?? (metastatic ? 'IV' : pickShare<LatentStage>(random.fork('stage'), CLINICAL.stageShares));
  const majorResponse = random.fork('response').uniform() < CLINICAL.majorResponseShare;
  const latent = given.latent ?? drawLatentState(random.fork('latent'), stage, majorResponse);
  const event = given.event ?? drawEvent(random.fork('event'), latent);
  const eventDay = dayOfMonths(event.months);
  const survived = random.fork('death').exponential() / FOLLOW_UP.deathAfterRecurrencePerMonth;
  const deathAfterRecurrenceDay = eventDay + dayOfMonths(survived);
  return { stage, majorResponse, latent, event, eventDay, deathAfterRecurrenceDay };
};

const drawFollowUp = (random: Random, given: PatientOverrides, surgeryDate: string) => {
  const visits = given.visits ?? planVisits(random.fork('visits'));
  return {
    visits,
    draws: planDraws(random.fork('draws'), visits),
    lostAfterDay: given.visits === undefined ? drawLostAfter(random.fork('loss'), visits) : Infinity,
    dataCutDay: daysBetween(surgeryDate, given.dataCut ?? CALENDAR.dataCut),
    collection: given.collection ?? drawCollection(random.fork('collection')),
  };
};

/**
 * Draws one patient. Each group of numbers has its own stream, so that a new draw in one moves no other.
 *
 * @param cohort the cohort's stream
 * @param given fields that are given instead of drawn; with given visits nobody is lost
 */
export function drawPatient(cohort: Random, id: string, given: PatientOverrides = {}): SimulatedPatient {
  const random = cohort.fork(`patient ${id}`);
  const drawn = given.study ?? drawOutOfStudy(random.fork('study'));
  const outOfStudy = drawn === 'in' ? undefined : drawn;
  const surgeryDate = given.surgeryDate ?? drawSurgeryDate(random.fork('enrolment'));
  const pneumonectomy = random.fork('operation').uniform() < CLINICAL.pneumonectomyShare;
  return {
    id,
    ...drawPerson(random, given, surgeryDate, outOfStudy === 'age'),
    ...drawDisease(random, given, outOfStudy === 'stage'),
    ...drawFollowUp(random, given, surgeryDate),
    care: drawCareRecord(random, given.care),
    operation: pneumonectomy ? 'pneumonectomy' : 'lobectomy',
    surgeryDate,
    ...(outOfStudy === 'no-neoadjuvant'
      ? {}
      : { neoadjuvant: drawNeoadjuvant(random.fork('therapy'), surgeryDate) }),
    ...(outOfStudy === undefined ? {} : { outOfStudy }),
    random,
    cohortRandom: cohort,
  };
}
