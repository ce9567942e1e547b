/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';

/** The blocks a panel's features come in, each over all analytes in one order; all but `log2` may be absent. */
const BLOCKS = ['log2', 'change', 'slope', 'limit', 'baselineLimit'] as const;
export type Block = (typeof BLOCKS)[number];

/** The blocks a model learns from: level of the latest draw, change since the baseline, slope over the draws. */
export const LEARNED: readonly Block[] = ['log2', 'change', 'slope'];

/** Where the features of a panel stand in a row. */
export interface PanelLayout {
  readonly analytes: readonly string[];
  readonly columns: number;
  /** First column of each block that is there. */
  readonly starts: ReadonlyMap<Block, number>;
}

/** Rows of a panel's features, row-major, NaN = missing. */
export interface PanelRows {
  readonly layout: PanelLayout;
  /** Shape (n, layout.columns). */
  readonly x: Float64Array;
}

/**
 * Reads the layout of `log2:<analyte>, ..., change:<analyte>, ...` names.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID: no log2 block, an unknown block, a block that is not over the same
 *   analytes in the same order
 */
export function panelLayout(names: readonly string[]): PanelLayout {
  const refuse = (detail: string): never => {
    throw new CdsError('LEARNING_INPUT_INVALID', detail);
  };
  const analytes = names.filter((name) => name.startsWith('log2:')).map((name) => name.slice(5));
  if (analytes.length === 0) refuse('the features of a panel need a block log2:<analyte>');
  const starts = new Map<Block, number>();
  for (let start = 0; start < names.length; start += analytes.length) {
    const label = names[start]!.split(':')[0];
    const block = BLOCKS.find((each) => each === label) ?? refuse(`unknown feature ${names[start]!}`);
    const wrong = analytes.findIndex((analyte, j) => names[start + j] !== `${block}:${analyte}`);
    if (wrong >= 0) refuse(`feature ${String(start + wrong)} is not ${block}:${analytes[wrong]!}`);
    starts.set(block, start);
  }
  return { analytes, columns: names.length, starts };
}

/** One block of all rows, shape (n, analytes), row-major; NaN throughout where the block is absent. */
export function blockOf({ layout, x }: PanelRows, block: Block): Float64Array {
  const { analytes, columns, starts } = layout;
  const width = analytes.length;
  const start = starts.get(block);
  const result = new Float64Array((x.length / columns) * width).fill(Number.NaN);
  if (start === undefined) return result;
  for (let at = 0; at < result.length; at++)
    result[at] = x[Math.floor(at / width) * columns + start + (at % width)]!;
  return result;
}

/** Names of what is learned from, shape (3 x analytes), whether or not the block is there. */
export const learnedNames = ({ analytes }: PanelLayout): string[] =>
  LEARNED.flatMap((block) => analytes.map((analyte) => `${block}:${analyte}`));
