import { cyclesOf, type TherapyFact } from '../../chart/index.ts';
import { met, notMet, silence, unknown, type Criterion } from '../judgement.ts';

/**
 * What the chart tells of one drug class before surgery. `undated`, `uncoded`: administrations whose day, or whose
 * drug, cannot be read could make it enough. `foreign`: nothing of the class, but drugs coded in systems that its ValueSet
 * knows nothing of. `ordered`: orders and not one administration, as where therapy is given
 * in another hospital.
 */
type Given = 'enough' | 'short' | 'undated' | 'uncoded' | 'foreign' | 'ordered' | 'nothing';

const givenOf = (therapy: TherapyFact, minimum: number): Given => {
  const { dosesOn, undated, uncoded = [], ordered, hasUnknownCodes } = therapy;
  const cycles = cyclesOf(dosesOn).length;
  if (cycles >= minimum) return 'enough';
  if (cycles + undated.length >= minimum) return 'undated';
  if (cycles + undated.length + uncoded.length >= minimum) return 'uncoded';
  if (dosesOn.length + undated.length > 0) return 'short';
  if (hasUnknownCodes === true) return 'foreign';
  return ordered.length > 0 ? 'ordered' : 'nothing';
};

/** The chart records administrations of the class. */
const RECORDED: ReadonlySet<Given> = new Set(['enough', 'short', 'undated', 'uncoded']);

/**
 * NCT07291921, inclusion: completed neoadjuvant immunotherapy with platinum chemotherapy, at least two cycles of each
 * before the resection (a site may ask for more); which doses make one cycle, {@link cyclesOf} says. Silence is not a
 * statement: a chart without any administration leaves it unknown, as do orders alone. A chart that records one of
 * the two and nothing of the other records a therapy that was not both.
 */
export const neoadjuvant: Criterion = ({ clinical, unread }, { minimumNeoadjuvantCycles: minimum }) => {
  const therapies = [clinical.immunotherapy, clinical.platinum];
  const given = therapies.map((therapy) => givenOf(therapy, minimum));
  const cycles = Math.min(...therapies.map(({ dosesOn }) => cyclesOf(dosesOn).length));
  const evidence = therapies.flatMap(({ sources, undated, uncoded = [], ordered }) => [
    ...sources,
    ...undated,
    ...uncoded,
    ...ordered,
  ]);
  const what = (...more: string[]) => ({ found: [String(cycles), ...more], evidence });
  if (given.every((each) => each === 'enough')) return met(what());
  if (given.includes('short') || (given.includes('nothing') && given.some((each) => RECORDED.has(each))))
    return notMet(what());
  if (given.includes('undated')) return unknown('no-date', what('undated'));
  if (given.includes('uncoded')) return unknown('code-unknown', what('uncoded'));
  if (given.includes('foreign')) return unknown('code-unknown', what('foreign'));
  return unknown(silence(unread, 'medications'), {
    found: [given.includes('ordered') ? 'ordered-only' : undefined],
    evidence,
  });
};
