import type { Picture } from '../charts/index.ts';

export interface EvaluateSettings {
  /** Seeds of the published recipe's forest. */
  readonly seeds: number;
  /** Fewer repeats and permutations: to see that it works. */
  readonly quick: boolean;
  readonly pictures: boolean;
  /** Worker threads for cross-validation; the figures are the same for any number. */
  readonly threads: number;
  readonly progress: (what: string, done: number, total: number) => void;
}

/** A figure of ours beside the published one, and how both are defined. */
export interface FigureRow {
  readonly figure: string;
  readonly ours: string;
  readonly published: string;
  readonly definition: string;
}

export interface Evaluation {
  readonly figures: readonly FigureRow[];
  /** What a reader must know to judge the figures: attempts, files that differ. */
  readonly notes: readonly string[];
  /** The numbers, for programs. */
  readonly json: object;
  /** By file name without its ending. */
  readonly pictures: Readonly<Record<string, Picture>>;
  /** One page with figures and pictures; empty without pictures. */
  readonly html: string;
}

/** A published data set that this software is held against. */
export interface PublishedDataSet {
  readonly id: string;
  readonly title: string;
  /** Who published it, with its DOI, and where to get it. */
  readonly source: string;
  /**
   * @param folder the reference data
   * @throws {CdsError} DATA_SET_INVALID
   */
  readonly evaluate: (folder: string, settings: EvaluateSettings) => Promise<Evaluation>;
}
