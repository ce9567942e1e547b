import { met, notMet, unknown, type Criterion } from '../judgement.ts';

/** Whole years from one date to another (29 February counts from 1 March in other years). */
const wholeYears = (from: string, to: string): number => {
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4));
  return to.slice(5) < from.slice(5) ? years - 1 : years;
};

const isOfAge = (years: number): boolean => years >= 18 && years < 85;

/**
 * NCT07291921, inclusion: age >= 18 and < 85; judged at the resection (time zero), or today where it has no date. The
 * year of birth is enough where the day would make no difference.
 */
export const age: Criterion = ({ patient, clinical, asOf }) => {
  const evidence = [patient.source];
  const { birthDate, bornBetween = birthDate === undefined ? undefined : [birthDate, birthDate] } = patient;
  if (bornBetween === undefined) return unknown('no-date', { evidence });
  const [oldest, youngest] = bornBetween.map((on) => wholeYears(on, clinical.surgery?.performedOn ?? asOf));
  const ages = [...new Set([youngest, oldest])].filter((each) => each !== undefined);
  const what = { found: [ages.join('-')], evidence };
  if (ages.every(isOfAge)) return met(what);
  return ages.some(isOfAge) ? unknown('no-date', what) : notMet(what);
};
