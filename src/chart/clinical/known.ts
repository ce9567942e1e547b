import type { Chart, ProcedureFact } from '../facts.ts';
import { isKnownBy } from './common.ts';

/**
 * The chart without the results that were collected or issued after a day: what a visit on that day could see.
 *
 * @param asOf YYYY-MM-DD
 */
export const resultsKnownBy = (chart: Chart, asOf: string): Chart => ({
  ...chart,
  observations: chart.observations.filter((fact) => isKnownBy(asOf, fact.effectiveOn, fact.issuedOn)),
  reports: chart.reports.filter((fact) => isKnownBy(asOf, fact.effectiveOn, fact.issuedOn)),
  // What a sample is like belongs to its results.
  specimens: chart.specimens.filter((fact) => isKnownBy(asOf, fact.collectedOn, fact.receivedOn)),
});

/** Was it known on that day? Of a month or a year that has begun, it may have been. */
export const isDoneBy = (asOf: string, { performedOn, performedIn }: ProcedureFact): boolean =>
  // As texts a month is before its days, and a year before its months.
  isKnownBy(asOf, performedOn, performedIn);

/**
 * The chart without anything that happened or was recorded after a day.
 *
 * @param asOf YYYY-MM-DD
 */
export const chartKnownBy = (chart: Chart, asOf: string): Chart => ({
  ...resultsKnownBy(chart, asOf),
  conditions: chart.conditions.filter((fact) => isKnownBy(asOf, fact.onsetOn, fact.recordedOn)),
  procedures: chart.procedures.filter((fact) => isDoneBy(asOf, fact)),
  notDone: chart.notDone.filter((fact) => isDoneBy(asOf, fact)),
  medications: chart.medications.filter((fact) => isKnownBy(asOf, fact.givenOn)),
  medicationRequests: chart.medicationRequests.filter((fact) => isKnownBy(asOf, fact.authoredOn)),
  consents: chart.consents.filter((fact) => isKnownBy(asOf, fact.givenOn)),
  imaging: chart.imaging.filter((fact) => isKnownBy(asOf, fact.startedOn)),
  allergies: chart.allergies.filter((fact) => isKnownBy(asOf, fact.onsetOn, fact.recordedOn)),
});
