import type { ClinicalFacts, Fact } from '../clinical-facts.ts';
import { codedStatement, latestFact, resultsIn, silenceOf, unknown, type Reading } from './common.ts';

/** A fact in other words; one that has none is of a code that is not known here. */
const reworded = <T>(fact: Fact<string>, words: Readonly<Record<string, T>>): Fact<T> => {
  if (fact.status === 'unknown') return fact;
  const value = Object.hasOwn(words, fact.value) ? words[fact.value] : undefined;
  return value === undefined ? { ...unknown('code-unknown'), sources: fact.sources } : { ...fact, value };
};

const ATTENUATIONS = { 'pure-ground-glass': 'pure', 'part-solid': 'part-solid', solid: 'solid' } as const;

/**
 * The attenuation of the nodule that was resected: the latest word up to the day of surgery, since a later one is of
 * another nodule. For the same reason one without a day tells nothing, and without a day of surgery all have to agree.
 */
export function groundGlassOf(reading: Reading, surgeryOn: string | undefined): ClinicalFacts['groundGlass'] {
  const found = resultsIn(reading, 'nodule-attenuation-type').map((each) =>
    codedStatement(reading.terminology, 'nodule-attenuation', each),
  );
  const silence = silenceOf(reading.known, 'staging');
  if (surgeryOn === undefined)
    return reworded(
      latestFact(
        found.map(({ on: _, ...each }) => each),
        silence,
      ),
      ATTENUATIONS,
    );
  const fact = latestFact(
    found.filter(({ on }) => on === undefined || on <= surgeryOn),
    silence,
  );
  return fact.status === 'known' && fact.on === undefined
    ? { status: 'unknown', reason: 'no-date', sources: fact.sources }
    : reworded(fact, ATTENUATIONS);
}

const JUDGEMENTS = { suitable: 'suitable', unsuitable: 'unsuitable' } as const;

/** The investigator's latest word. */
export const judgementOf = (reading: Reading): ClinicalFacts['judgement'] =>
  reworded(
    latestFact(
      resultsIn(reading, 'investigator-judgement-type').map((each) =>
        codedStatement(reading.terminology, 'investigator-judgement', each),
      ),
      silenceOf(reading.known, 'staging'),
    ),
    JUDGEMENTS,
  );
