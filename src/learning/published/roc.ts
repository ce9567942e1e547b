/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { ascendingOrder, midRanks } from '../../numerics/index.ts';

export interface RocArea {
  /** Probability that a row of label 1 has the higher score; ties count half. */
  readonly value: number;
  /** 95 % interval on the logit scale, by DeLong's variance. Held to 0.5 / n from the ends where that is 0. */
  readonly lower: number;
  readonly upper: number;
}

const Z = 1.959963984540054;

const split = (scores: ArrayLike<number>, labels: ArrayLike<number>): [Float64Array, Float64Array] => {
  if (scores.length !== labels.length)
    throw new CdsError(
      'LEARNING_INPUT_INVALID',
      `scores has ${scores.length} values, labels ${labels.length}`,
    );
  const sides: [number[], number[]] = [[], []];
  for (let row = 0; row < scores.length; row++) {
    const [score, label] = [scores[row]!, labels[row]!];
    if (!Number.isFinite(score))
      throw new CdsError('LEARNING_INPUT_INVALID', `score of row ${row} is ${score}`);
    if (label !== 0 && label !== 1)
      throw new CdsError('LEARNING_INPUT_INVALID', `label of row ${row} is neither 0 nor 1`);
    sides[label].push(score);
  }
  if (sides[0].length === 0 || sides[1].length === 0)
    throw new CdsError('LEARNING_INPUT_INVALID', 'an AUC needs rows of both labels');
  return [Float64Array.from(sides[0]), Float64Array.from(sides[1])];
};

const variance = (values: Float64Array): number => {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
};

/**
 * Area under the ROC curve with DeLong's interval.
 *
 * @param scores higher = label 1; shape (n)
 * @throws {CdsError} LEARNING_INPUT_INVALID: lengths that differ, a score that is not finite, one label only
 * @see DeLong 1988, doi:10.2307/2531595; Sun & Xu 2014, doi:10.1109/LSP.2014.2337313
 */
export function rocArea(scores: ArrayLike<number>, labels: ArrayLike<number>): RocArea {
  const [negative, positive] = split(scores, labels);
  const [n, m] = [negative.length, positive.length];
  const { ranks } = midRanks(Float64Array.of(...positive, ...negative));
  const [own, other] = [midRanks(positive).ranks, midRanks(negative).ranks];
  const ofPositive = own.map((rank, i) => (ranks[i]! - rank) / n);
  const ofNegative = other.map((rank, j) => 1 - (ranks[m + j]! - rank) / m);
  const value = ofPositive.reduce((sum, each) => sum + each, 0) / m;
  const se = Math.sqrt(variance(ofPositive) / m + variance(ofNegative) / n);
  const held = Math.min(1 - 0.5 / (n + m), Math.max(0.5 / (n + m), value));
  const width = (Z * se) / (held * (1 - held));
  const logit = Math.log(held / (1 - held));
  const bound = (x: number): number => 1 / (1 + Math.exp(-x));
  return {
    value,
    lower: Math.min(value, bound(logit - width)),
    upper: Math.max(value, bound(logit + width)),
  };
}

/** The corners of the ROC curve, from (0, 0) to (1, 1). */
export function rocCorners(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): { falsePositiveRate: number[]; truePositiveRate: number[] } {
  const [negative, positive] = split(scores, labels);
  const order = ascendingOrder(scores).reverse();
  const [falsePositiveRate, truePositiveRate] = [[0], [0]];
  let [hits, alarms] = [0, 0];
  order.forEach((row, at) => {
    if (labels[row] === 1) hits++;
    else alarms++;
    if (at + 1 < order.length && scores[order[at + 1]!] === scores[row]) return;
    falsePositiveRate.push(alarms / negative.length);
    truePositiveRate.push(hits / positive.length);
  });
  return { falsePositiveRate, truePositiveRate };
}
