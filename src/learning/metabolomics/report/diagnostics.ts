/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { quantile } from '../../../numerics/index.ts';
import type { ReportSection } from '../../charts/index.ts';
import { blockOf } from '../layout.ts';
import { latestLevels, medianOfMeasured, quotientNormalise } from '../preprocess/index.ts';
import { meanOf, percent, type ReportFacts } from './facts.ts';

interface AnalyteQuality {
  readonly name: string;
  readonly measured: number;
  /** Of the measured ones. */
  readonly below: number;
  readonly keptFolds: number;
}

const qualityOf = ({ training, model, analytes }: ReportFacts): AnalyteQuality[] => {
  const values = blockOf(training.rows, 'log2');
  const limits = blockOf(training.rows, 'limit');
  const rows = values.length / analytes.length;
  return analytes.map((name, j) => {
    let [measured, below] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const at = row * analytes.length + j;
      if (Number.isNaN(values[at]!)) continue;
      measured++;
      if (!Number.isNaN(limits[at]!)) below++;
    }
    return {
      name,
      measured: measured / rows,
      below: measured === 0 ? 0 : below / measured,
      keptFolds: model.folds.filter(({ preprocessor }) => preprocessor.kept[j] === 1).length,
    };
  });
};

const missingShare = ({ training }: ReportFacts, block: 'log2' | 'change' | 'slope'): number => {
  const values = blockOf(training.rows, block);
  return values.filter(Number.isNaN).length / values.length;
};

/** Measured values of a column less their mean, 0 where missing, to unit length. */
const unitColumn = (x: Float64Array, columns: number, j: number): Float64Array => {
  const values = Float64Array.from({ length: x.length / columns }, (_, row) => x[row * columns + j]!);
  const mean = meanOf(values.filter((value) => !Number.isNaN(value)));
  const centred = values.map((value) => (Number.isNaN(value) ? 0 : value - mean));
  const length = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
  return centred.map((value) => (length > 0 ? value / length : 0));
};

/** Median correlation of two analytes: dilution alone makes it positive. */
const medianCorrelation = (x: Float64Array, columns: number): number => {
  const units = Array.from({ length: columns }, (_, j) => unitColumn(x, columns, j)).filter((unit) =>
    unit.some((value) => value !== 0),
  );
  const pairs = units.flatMap((a, i) =>
    units.slice(i + 1).map((b) => a.reduce((sum, value, row) => sum + value * b[row]!, 0)),
  );
  return pairs.length === 0 ? Number.NaN : quantile(Float64Array.from(pairs), 0.5);
};

/** What normalisation found and took away, by the first fold's reference. */
const dilutionText = ({ training, model }: ReportFacts): string => {
  const { preprocessor } = model.folds[0]!;
  const { reference } = preprocessor.latest;
  const columns = reference.length;
  const before = latestLevels(preprocessor, training.rows);
  const dilution = Float64Array.from({ length: before.length / columns }, (_, row) =>
    medianOfMeasured(reference.map((each, j) => before[row * columns + j]! - each)),
  ).filter((value) => !Number.isNaN(value));
  const factor = (share: number): string => (2 ** quantile(dilution, share)).toFixed(2);
  const after = quotientNormalise(before, reference);
  const correlation = (x: Float64Array): string => medianCorrelation(x, columns).toFixed(2);
  return (
    `Probabilistic quotient normalisation: the concentration of the latest draws, as a multiple of the reference's, ` +
    `is ${factor(0.5)} in the median, ${factor(0.05)} to ${factor(0.95)} in the middle 90 % and ${factor(0)} to ${factor(1)} in ` +
    `all; after it, 1 in every draw. The median correlation of two analytes, which dilution makes positive, is ` +
    `${correlation(before)} before and ${correlation(after)} after.`
  );
};

/** What was measured, what was filled in, and what normalisation took away. */
export const diagnosticsSection = (facts: ReportFacts): ReportSection => {
  const { training, model } = facts;
  const trends = facts.slopes ? `, of the trends ${percent(missingShare(facts, 'slope'), 1)}` : '';
  const quality = qualityOf(facts);
  const dropped = quality.filter(({ keptFolds }) => keptFolds < model.folds.length);
  const below = meanOf(quality.map((each) => each.measured * each.below));
  const shown = quality
    .filter((each) => each.below >= 0.01 || each.measured < 0.95 || each.keptFolds < model.folds.length)
    .sort((a, b) => b.below - a.below || a.measured - b.measured);
  const filter =
    dropped.length === 0
      ? 'The missingness filter drops no analyte in any fold.'
      : `The missingness filter drops, in at least one fold: ${dropped.map(({ name }) => name).join(', ')}.`;
  return {
    heading: 'What was measured, and what preprocessing did',
    text:
      `${String(training.patient.length)} patient-landmarks of ${String(new Set(training.patient).size)} patients, ` +
      `${String(quality.length)} analytes. Of the latest levels ${percent(below, 1)} lie below detection (taken for their conditional ` +
      `mean) and ${percent(missingShare(facts, 'log2'), 1)} are missing (taken for the training median), of the changes since ` +
      `baseline ${percent(missingShare(facts, 'change'), 1)}${trends}. ${filter}\n\n` +
      `${dilutionText(facts)}\n\nBatches are corrected before, by the laboratory's pooled quality-control samples as each ` +
      'draw is read; their numbers are not among the features, so this page cannot tell what is left of them.\n\n' +
      'Rests on the training patients at all their landmarks; outcomes play no part.',
    ...(shown.length > 0 && {
      table: {
        caption: 'Analytes with values below detection (at least 1 %) or missing (at least 5 %)',
        columns: ['analyte', 'measured', 'of these below detection', 'kept in folds'],
        rows: shown.map((each) => [
          each.name,
          percent(each.measured, 1),
          percent(each.below, 1),
          `${String(each.keptFolds)} of ${String(model.folds.length)}`,
        ]),
      },
    }),
  };
};
