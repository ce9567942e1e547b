import fhirpath from 'fhirpath';
import { CdsError, STRATA } from '../domain/index.ts';
import type { Stratum } from '../domain/index.ts';

/** What a condition can see. Rounded, so that the answers for all patients fit a small cache. */
export interface ConditionVariables {
  readonly stratum: Stratum;
  /** Completed months. */
  readonly monthsSinceSurgery: number;
  /** In whole per cent, 0..1. */
  readonly risk12: number;
}

export interface Condition {
  /** Whether it can see the risk itself: only then the risk belongs in a cache key. */
  readonly readsRisk: boolean;
  /** @throws {CdsError} POLICY_INVALID where the expression gives something else than one boolean */
  holds(variables: ConditionVariables): boolean;
}

/** A condition on the clock would make the same assessment propose differently from hour to hour. */
const CLOCK = /\b(?:now|today|timeOfDay)\s*\(/;

/** The evaluated resource; it never holds the risk, so that only an expression that spells risk12 can read it. */
const contextResource = ({ stratum, monthsSinceSurgery }: ConditionVariables): object => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'stratum', valueCode: stratum },
    { name: 'monthsSinceSurgery', valueInteger: monthsSinceSurgery },
  ],
});

/** Values at which a new condition is tried once, so that a typing error shows at start and not at a patient. */
const TRIALS: readonly ConditionVariables[] = STRATA.flatMap((stratum) =>
  [0, 18, 30, 48, 72].map((monthsSinceSurgery) => ({ stratum, monthsSinceSurgery, risk12: 0.2 })),
);

/**
 * A FHIRPath condition, compiled once.
 *
 * @param element the PlanDefinition element, for the error
 * @throws {CdsError} POLICY_INVALID
 */
export const compileCondition = (expression: string, element: string): Condition => {
  const invalid = (why: string, cause?: unknown): CdsError =>
    new CdsError('POLICY_INVALID', `${element}: ${why}.`, { cause });
  if (CLOCK.test(expression)) throw invalid('now(), today() and timeOfDay() are not allowed');
  const compile = (): ((resource: object, variables: Record<string, unknown>) => unknown[]) => {
    try {
      return fhirpath.compile(expression, undefined, { async: false });
    } catch (error) {
      throw invalid('not a FHIRPath expression', error);
    }
  };
  const evaluate = compile();
  const holds = (variables: ConditionVariables): boolean => {
    let result: unknown[];
    try {
      result = evaluate(contextResource(variables), { ...variables });
    } catch (error) {
      throw invalid('the expression cannot be evaluated (an unknown variable?)', error);
    }
    // FHIRPath's empty collection is "unknown": not applicable.
    if (result.length === 0) return false;
    if (result.length === 1 && typeof result[0] === 'boolean') return result[0];
    throw invalid('the expression does not give one boolean');
  };
  for (const trial of TRIALS) holds(trial);
  return { readsRisk: expression.includes('risk12'), holds };
};
