import type { TherapyFact } from '../../chart/index.ts';
import { met, notMet, silence, unknown, type Criterion } from '../judgement.ts';

/**
 * What the chart tells of one drug class before surgery. `undated`: administrations whose day cannot be read could
 * make it enough. `ordered`: orders and not one administration, as where therapy is given in another hospital.
 */
type Given = 'enough' | 'short' | 'undated' | 'ordered' | 'nothing';

const givenOf = ({ dosesOn, undated, ordered }: TherapyFact, cycles: number): Given => {
  if (dosesOn.length >= cycles) return 'enough';
  if (dosesOn.length + undated.length >= cycles) return 'undated';
  if (dosesOn.length + undated.length > 0) return 'short';
  return ordered.length > 0 ? 'ordered' : 'nothing';
};

/**
 * NCT07291921, inclusion: completed neoadjuvant immunotherapy with platinum chemotherapy, at least two cycles of each
 * before the resection (a site may ask for more). Doses of one drug class on one day are one cycle. Silence is not a
 * statement: a chart without any administration leaves it unknown, as do orders alone. A chart that records one of
 * the two and nothing of the other records a therapy that was not both.
 */
export const neoadjuvant: Criterion = ({ clinical, unread }, { minimumNeoadjuvantCycles: minimum }) => {
  const therapies = [clinical.immunotherapy, clinical.platinum];
  const given = therapies.map((therapy) => givenOf(therapy, minimum));
  const cycles = Math.min(...therapies.map(({ dosesOn }) => dosesOn.length));
  const evidence = therapies.flatMap(({ sources, undated, ordered }) => [...sources, ...undated, ...ordered]);
  const recordsTherapy = given.some((each) => each === 'enough' || each === 'short' || each === 'undated');
  if (given.every((each) => each === 'enough')) return met({ found: [String(cycles)], evidence });
  if (given.includes('short') || (given.includes('nothing') && recordsTherapy))
    return notMet({ found: [String(cycles)], evidence });
  if (given.includes('undated')) return unknown('no-date', { found: [String(cycles), 'undated'], evidence });
  return unknown(silence(unread, 'medications'), {
    found: [given.includes('ordered') ? 'ordered-only' : undefined],
    evidence,
  });
};
