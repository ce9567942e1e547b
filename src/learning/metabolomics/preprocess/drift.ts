/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../../domain/index.ts';
import { loess } from '../../../numerics/index.ts';
import { medianOfMeasured } from './quotient.ts';

/** One run of the instrument: its samples in the order they were injected. */
export interface Run {
  /** Shape (n); of one run, so drift between runs is `batch.ts`'s. */
  readonly injectionOrder: Float64Array;
  /** 1 for a pooled-QC sample, shape (n). */
  readonly isPooledQc: Uint8Array;
}

const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', detail);
};

const check = (logs: Float64Array, columns: number, { injectionOrder, isPooledQc }: Run): number => {
  const n = injectionOrder.length;
  if (isPooledQc.length !== n) refuse(`isPooledQc has ${String(isPooledQc.length)} values, not ${String(n)}`);
  if (n * columns !== logs.length)
    refuse(`logs has ${String(logs.length)} values, not ${String(n * columns)}`);
  if (!injectionOrder.every(Number.isFinite)) refuse('injectionOrder has a value that is not finite');
  return n;
};

/** A drift is followed by a curve from so many pooled-QC samples on. */
const MINIMUM_FOR_A_CURVE = 5;

/**
 * QC-based robust drift correction (QC-RLSC): for each analyte a LOESS curve through the pooled-QC samples' logs in
 * injection order, less its median, is taken away from every sample. Before the first and after the last QC sample
 * the curve goes on level, since a polynomial would not. With fewer than 5 QC measurements of it an analyte is left
 * as it is: nothing is known of its drift.
 *
 * @param logs shape (n, columns), row-major; NaN = missing
 * @param options.span share of the QC samples that a local fit sees, 0.75; `degree` 2
 * @returns corrected logs, shape (n, columns)
 * @throws {CdsError} LEARNING_INPUT_INVALID if lengths don't fit or QC samples share a position
 * @see Dunn 2011, doi:10.1038/nprot.2011.335. Unlike it on logs, where an instrument's gain is a term
 */
export function correctDrift(
  logs: Float64Array,
  columns: number,
  run: Run,
  options: { readonly span?: number; readonly degree?: 1 | 2 } = {},
): Float64Array {
  const n = check(logs, columns, run);
  const { injectionOrder, isPooledQc } = run;
  const corrected = logs.slice();
  for (let j = 0; j < columns; j++) {
    const qc = [...injectionOrder.keys()].filter(
      (i) => isPooledQc[i] === 1 && !Number.isNaN(logs[i * columns + j]!),
    );
    if (qc.length < MINIMUM_FOR_A_CURVE) continue;
    const at = Float64Array.from(qc, (i) => injectionOrder[i]!);
    const curve = loess(
      at,
      Float64Array.from(qc, (i) => logs[i * columns + j]!),
      options,
    );
    const [first, last] = [Math.min(...at), Math.max(...at)];
    const level = medianOfMeasured(at.map(curve));
    for (let i = 0; i < n; i++) {
      const drift = curve(Math.min(last, Math.max(first, injectionOrder[i]!))) - level;
      corrected[i * columns + j] = logs[i * columns + j]! - drift;
    }
  }
  return corrected;
}

/**
 * Relative standard deviation of the pooled-QC samples, per cent of their mean, per analyte: what the laboratory
 * adds by itself. Above 30 % an analyte is commonly dropped.
 *
 * @param concentrations shape (n, columns), not logs; NaN = missing
 * @returns shape (columns); NaN with fewer than two QC measurements
 * @see Broadhurst 2018, doi:10.1007/s11306-018-1367-3
 */
export function pooledQcRsd(
  concentrations: Float64Array,
  columns: number,
  isPooledQc: Uint8Array,
): Float64Array {
  if (isPooledQc.length * columns !== concentrations.length)
    refuse(
      `concentrations has ${String(concentrations.length)} values, isPooledQc ${String(isPooledQc.length)}`,
    );
  return Float64Array.from({ length: columns }, (_, j) => {
    const values = Array.from(isPooledQc.keys())
      .filter((i) => isPooledQc[i] === 1)
      .map((i) => concentrations[i * columns + j]!)
      .filter((value) => !Number.isNaN(value));
    if (values.length < 2) return Number.NaN;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    return (100 * Math.sqrt(variance)) / mean;
  });
}
