import { met, notMet, unknown, type Criterion } from '../judgement.ts';

/** Whole years from one date to another (29 February counts from 1 March in other years). */
const wholeYears = (from: string, to: string): number => {
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4));
  return to.slice(5) < from.slice(5) ? years - 1 : years;
};

/** NCT07291921, inclusion: age >= 18 and < 85; judged at the resection (time zero), or today where it has no date. */
export const age: Criterion = ({ patient, clinical, asOf }) => {
  const evidence = [patient.source];
  if (patient.birthDate === undefined) return unknown('no-date', { evidence });
  const years = wholeYears(patient.birthDate, clinical.surgery?.performedOn ?? asOf);
  const what = { found: [String(years)], evidence };
  return years >= 18 && years < 85 ? met(what) : notMet(what);
};
