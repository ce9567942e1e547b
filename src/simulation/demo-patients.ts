import { addDays, CdsError, DAYS_PER_MONTH } from '../domain/index.ts';
import { createRandom } from '../numerics/index.ts';
import type { Terminology } from '../terminology/index.ts';
import { buildChart } from './chart.ts';
import { defaultTerminology, type SimulationCodes, simulationCodes } from './codes.ts';
import { BYSTANDER_ID, BYSTANDER_NAME, BYSTANDER_STORY, bystanderResources } from './demo-bystander.ts';
import { followUpAppointment } from './demo-appointment.ts';
import type { DemoCaseSpec, Story } from './demo-case-spec.ts';
import { DEMO_CASES } from './demo-cases.ts';
import { withPacs } from './demo-pacs.ts';
import type { SimulatedResource } from './fhir.ts';
import { ctStudiesOf, type SimulatedCtStudy } from './imaging.ts';
import { drawPatient, type SimulatedPatient } from './patient.ts';

/** A patient of the demonstration, with a follow-up visit today. */
export interface DemoCase {
  /** The Patient's id too. */
  readonly id: string;
  readonly name: string;
  readonly story: Story;
  readonly resources: readonly SimulatedResource[];
}

/** A date of the calendar: 30 February is none. */
const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text;

/** @throws {CdsError} COMMAND_INVALID */
const requireDate = (today: string): void => {
  if (!isDate(today)) throw new CdsError('COMMAND_INVALID', 'today must be a date, YYYY-MM-DD');
};

const dayOf = (months: number): number => Math.round(months * DAYS_PER_MONTH);

/** Chinese names are written family first, unspaced. */
const fullName = ({ family, given }: { readonly family: string; readonly given: string }): string =>
  /\p{Script=Han}/u.test(family) ? `${family}${given}` : `${given} ${family}`;

/** Exported for the tests, which hold the latent state against the story. */
export function drawDemoPatient(spec: DemoCaseSpec, today: string): SimulatedPatient {
  const todayDay = dayOf(spec.visitMonths.at(-1) ?? 0);
  const patient = drawPatient(createRandom(spec.seed), spec.id, {
    ...spec.given,
    surgeryDate: addDays(today, -todayDay),
    visits: spec.visitMonths.map((nominalMonths) => ({ nominalMonths, day: dayOf(nominalMonths) })),
    dataCut: today,
    collection: {
      lacks: spec.lacks ?? [],
      drawLostShare: 0,
      lastDrawDay: todayDay - dayOf(spec.noDrawsForMonths ?? 0),
    },
  });
  if (spec.noBaseline !== true) return patient;
  return { ...patient, draws: patient.draws.filter(({ label }) => label !== 'baseline') };
}

/** One patient's chart as it stands in the evening before `today`. Exported for the search for seeds. */
export function simulateDemoPatient(spec: DemoCaseSpec, today: string, codes: SimulationCodes): DemoCase {
  const chart = buildChart(drawDemoPatient(spec, today), codes);
  return {
    id: spec.id,
    name: fullName(spec.given.name),
    story: spec.story,
    resources: [
      ...chart.filter(({ meta }) => (meta?.lastUpdated ?? '').slice(0, 10) < today),
      ...(spec.appointmentTomorrow === true ? [followUpAppointment(spec.id, today)] : []),
    ],
  };
}

/**
 * The demonstration's patients: the cohort's own generators, with latent states chosen so that each stands for
 * one thing a card must handle. Their charts end the evening before `today`; some have an appointment for tomorrow.
 *
 * @param today YYYY-MM-DD
 * @param images whether the charts' CTs name the demonstration's PACS (`demoPacs`)
 * @throws {CdsError} COMMAND_INVALID for a date that is none
 */
export function simulateDemoPatients(
  today: string,
  terminology?: Terminology,
  { images = false }: { readonly images?: boolean } = {},
): DemoCase[] {
  requireDate(today);
  const codes = simulationCodes(terminology ?? defaultTerminology());
  return [
    ...DEMO_CASES.map((spec) => {
      const one = simulateDemoPatient(spec, today, codes);
      return images ? { ...one, resources: withPacs(one.resources) } : one;
    }),
    {
      id: BYSTANDER_ID,
      name: fullName(BYSTANDER_NAME),
      story: BYSTANDER_STORY,
      resources: bystanderResources(today),
    },
  ];
}

/**
 * The CTs that the demonstration's charts name on a day.
 *
 * @param today YYYY-MM-DD, the day that `simulateDemoPatients` was asked for
 * @throws {CdsError} COMMAND_INVALID for a date that is none
 */
export function simulateDemoCts(today: string): SimulatedCtStudy[] {
  requireDate(today);
  return DEMO_CASES.flatMap((spec) => ctStudiesOf(drawDemoPatient(spec, today))).filter(
    ({ date }) => date < today,
  );
}
