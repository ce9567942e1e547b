import { CdsError } from '../../domain/index.ts';

/**
 * Of a test's first sample against its second (or against 0): `greater` asks whether it is shifted upwards, `less`
 * downwards.
 */
export type Alternative = 'two-sided' | 'less' | 'greater';

export const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', detail);
};

/** @throws {CdsError} LEARNING_INPUT_INVALID unless the values are there, and finite throughout */
export function requireSample(values: ArrayLike<number>, name: string): void {
  if (values.length === 0) refuse(`${name} is empty`);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) refuse(`${name} is not finite at index ${i}`);
  }
}

/** @throws {CdsError} LEARNING_INPUT_INVALID unless 0 < level < 1 */
export function requireConfidenceLevel(level: number): void {
  if (!(level > 0 && level < 1)) refuse(`confidenceLevel is ${level}, not between 0 and 1`);
}

const MAX_OPERATIONS = 4e9;

/**
 * An exact distribution costs time and memory that grow with the fourth power of the sizes.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID where it would take longer than some seconds
 */
export function requireFeasible(operations: number): void {
  if (operations > MAX_OPERATIONS)
    refuse('exact is asked for samples too large for it; the normal approximation is as good there');
}
