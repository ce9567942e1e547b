import type { Assessment } from '../../domain/index.ts';
import type { Assessor } from '../assessor.ts';
import type { ResultStore } from '../ports.ts';
import { createReadPlan, type ReadPlanDependencies } from '../read-plan.ts';

export interface OwnReadingDependencies extends ReadPlanDependencies {
  readonly assessor: Pick<Assessor, 'plan' | 'compute'>;
  readonly store: Pick<ResultStore, 'assessment'>;
}

/**
 * What a stored result is worth by a chart that this service read itself. `superseded`: it rests on other evidence,
 * another model or other rules than there are now. `no-longer-eligible`: nobody would compute it now. `gone`: it was
 * erased while the chart was read.
 */
export type Judged =
  | {
      readonly kind: 'holds';
      /** By our own reading, as of when the stored one was computed. */
      readonly assessment: Assessment;
      /** True where the stored one says something else. */
      readonly corrected: boolean;
    }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'no-longer-eligible' }
  | { readonly kind: 'gone' };

/** Processors differ in the last bits of an exponential; a forgery that small changes no printed digit. */
const RELATIVE_TOLERANCE = 1e-6;

const sameNumber = (one: number, other: number): boolean =>
  Object.is(one, other) ||
  Math.abs(one - other) <= RELATIVE_TOLERANCE * Math.max(1, Math.abs(one), Math.abs(other));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Nested plain values; a member that is undefined is one that is not there, as after JSON. */
const saysTheSame = (one: unknown, other: unknown): boolean => {
  if (typeof one === 'number' && typeof other === 'number') return sameNumber(one, other);
  if (!isObject(one) || !isObject(other)) return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => saysTheSame(one[name], other[name]));
};

/**
 * Judges a stored result by a chart read with the site's own credentials. The fingerprint names evidence and its
 * versions, not what somebody's prefetch says those hold: so under the same fingerprint the result is computed once
 * more, from scores that workers made, and may turn out different. Stores nothing but scores that were missing.
 *
 * The instant stays that of the stored result: results of newer evidence that came meanwhile are still the later.
 *
 * @throws {CdsError} CONFIG_INVALID, CHART_*, FHIR_*, SMART_*, MODEL_*, STORE_*
 */
export function createOwnReading(dependencies: OwnReadingDependencies) {
  const { assessor, store } = dependencies;
  const readPlan = createReadPlan(dependencies);
  return async (stored: Assessment, signal: AbortSignal): Promise<Judged> => {
    const read = await readPlan(stored, signal);
    if (read === undefined) return { kind: 'no-longer-eligible' };
    const { plan, chart } = read;
    if (plan.assessable.fingerprint !== stored.fingerprint) return { kind: 'superseded' };
    // Nothing of an erased patient is to come back, scores neither.
    if ((await store.assessment(stored.tenant, stored.patientId, stored.fingerprint)) === undefined)
      return { kind: 'gone' };
    const computed = await assessor.compute(plan, chart, signal);
    const assessment = { ...computed, computedAt: stored.computedAt };
    const corrected = !saysTheSame({ ...stored, readBy: 'worker' }, assessment);
    return { kind: 'holds', assessment, corrected };
  };
}
