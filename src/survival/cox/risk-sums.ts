/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { RiskSets, RowLists } from './risk-sets.ts';

/** Weighted sums of 1 and x over some rows, each row counting weight * exp(eta). */
export interface Moments {
  zeroth: number;
  /** Shape (p). */
  readonly first: Float64Array;
}

export interface RiskSumsInput {
  readonly sets: RiskSets;
  /** Shape (n, p), row-major; empty with p = 0. */
  readonly x: Float64Array;
  readonly columns: number;
  /** weight * exp(eta) of each row, shape (n). */
  readonly risk: Float64Array;
}

/** Where a sum has shrunk below this fraction of its largest value, rounding has eaten it: it is made anew. */
const CANCELLATION = 1e-7;

/** Moments of the risk set, and of the rows that have the event, group after group. */
export class RiskSums {
  readonly atRisk: Moments;
  readonly dying: Moments;
  private readonly input: RiskSumsInput;
  private peak = 0;

  constructor(input: RiskSumsInput) {
    this.input = input;
    const moments = (): Moments => ({ zeroth: 0, first: new Float64Array(input.columns) });
    this.atRisk = moments();
    this.dying = moments();
  }

  /** Moves to group g; groups are visited in order, each once. */
  advance(g: number): void {
    const { sets } = this.input;
    if (sets.startsStratum[g] === 1) this.clear(this.atRisk);
    this.addList(this.atRisk, sets.added, g, 1);
    this.peak = Math.max(this.peak, this.atRisk.zeroth);
    this.addList(this.atRisk, sets.removed, g, -1);
    if (this.atRisk.zeroth < CANCELLATION * this.peak) this.rebuild(g);
    this.clear(this.dying);
    this.addList(this.dying, sets.deaths, g, 1);
  }

  private clear(moments: Moments): void {
    moments.zeroth = 0;
    moments.first.fill(0);
    if (moments === this.atRisk) this.peak = 0;
  }

  private rebuild(g: number): void {
    const { enterGroup, leaveGroup, rows } = this.input.sets;
    this.clear(this.atRisk);
    for (let row = 0; row < rows; row++) {
      if (enterGroup[row]! <= g && g < leaveGroup[row]!) this.addRow(this.atRisk, row, 1);
    }
    this.peak = this.atRisk.zeroth;
  }

  private addList(moments: Moments, lists: RowLists, g: number, sign: 1 | -1): void {
    const end = lists.start[g + 1]!;
    for (let k = lists.start[g]!; k < end; k++) this.addRow(moments, lists.rows[k]!, sign);
  }

  private addRow(moments: Moments, row: number, sign: 1 | -1): void {
    const { x, columns, risk } = this.input;
    const { first } = moments;
    const r = sign * risk[row]!;
    moments.zeroth += r;
    const offset = row * columns;
    for (let j = 0; j < columns; j++) first[j] = first[j]! + r * x[offset + j]!;
  }
}
