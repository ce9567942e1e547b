import { clinicalFacts, type Chart, type ClinicalFacts } from '../../chart/index.ts';
import { DAYS_PER_MONTH, daysBetween } from '../../domain/index.ts';

/** Recurrence-free survival of one patient, on the surgery clock. */
export interface Outcome {
  readonly surgeryDate: string;
  /** To the event, or to the last disease assessment. */
  readonly months: number;
  /** Confirmed recurrence, or death from any cause. */
  readonly event: boolean;
}

type Terminology = Parameters<typeof clinicalFacts>[1];

/** After every date a chart can hold: the whole story. */
const END_OF_TIME = '9999-12-31';

const eventOn = (chart: Chart, { recurrence }: ClinicalFacts): string | undefined =>
  [recurrence?.on, chart.patient.deceasedOn].filter((date) => date !== undefined).sort()[0];

/**
 * The outcome as the chart tells it: first of recurrence and death, else censored at the last disease
 * assessment. Undefined where there is no dated surgery, or nothing dated after it.
 */
export function outcomeOf(chart: Chart, terminology: Terminology): Outcome | undefined {
  const story = clinicalFacts(chart, terminology, END_OF_TIME);
  if (story.surgery === undefined) return undefined;
  const surgeryDate = story.surgery.performedOn;
  const happened = eventOn(chart, story);
  // An event whose day is unknown is neither a time nor a censoring; nor is a death after such a recurrence.
  const undated =
    (story.recurrence !== undefined && story.recurrence.on === undefined) ||
    (chart.patient.deceased && happened === undefined);
  const end = happened ?? story.lastDiseaseAssessmentOn;
  if (undated || end === undefined || end <= surgeryDate) return undefined;
  return {
    surgeryDate,
    months: daysBetween(surgeryDate, end) / DAYS_PER_MONTH,
    event: happened !== undefined,
  };
}
