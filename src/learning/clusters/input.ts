import { CdsError } from '../../domain/index.ts';

export const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', detail);
};

/** The squares of greater values, summed, may be beyond the numbers. */
const GREATEST = 1e145;

/**
 * @param x shape (n, columns), row-major
 * @returns n
 * @throws {CdsError} LEARNING_INPUT_INVALID unless there is a row, and every value is finite and can be squared
 */
export function requireMatrix(x: Float64Array, columns: number): number {
  if (!Number.isInteger(columns) || columns < 1)
    refuse(`columns is ${columns}, not a whole number from 1 on`);
  const n = x.length / columns;
  if (!Number.isInteger(n)) refuse(`x has ${x.length} values, no whole number of rows of ${columns} columns`);
  if (n === 0) refuse('x has no rows');
  const bad = x.findIndex((value) => !(Math.abs(value) <= GREATEST));
  if (bad >= 0) {
    const what = Number.isFinite(x[bad])
      ? 'so large that squares overflow (scale its columns)'
      : 'not finite';
    refuse(`x is ${what} in row ${Math.floor(bad / columns)}, column ${bad % columns}`);
  }
  return n;
}

/** @throws {CdsError} LEARNING_INPUT_INVALID unless 1 <= value <= maximum, and whole */
export function requireCount(value: number, name: string, maximum = Infinity, what = ''): void {
  if (!Number.isInteger(value) || value < 1) refuse(`${name} is ${value}, not a whole number from 1 on`);
  if (value > maximum) refuse(`${name} is ${value}, more than the ${maximum} ${what}`);
}

/**
 * @param labels shape (n): 0, 1, ..., each with at least one row
 * @returns the rows of each label
 * @throws {CdsError} LEARNING_INPUT_INVALID
 */
export function requireLabels(labels: ArrayLike<number>, n: number): Int32Array {
  if (labels.length !== n) refuse(`labels has ${labels.length} rows, x ${n}`);
  const sizes: number[] = [];
  for (let row = 0; row < n; row++) {
    const label = labels[row] ?? -1;
    if (!Number.isInteger(label) || label < 0 || label >= n)
      refuse(`labels of row ${row} is ${label}, not a whole number from 0 to ${n - 1}`);
    while (sizes.length <= label) sizes.push(0);
    sizes[label] = (sizes[label] ?? 0) + 1;
  }
  const empty = sizes.indexOf(0);
  if (empty >= 0) refuse(`group ${empty} has no rows`);
  return Int32Array.from(sizes);
}

/** The same groups numbered in the order in which they first come. */
export function renumber(labels: ArrayLike<number>): Int32Array {
  const numbers = new Map<number, number>();
  return Int32Array.from(labels, (label) => {
    const number = numbers.get(label) ?? numbers.size;
    numbers.set(label, number);
    return number;
  });
}
