/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Random } from '../../numerics/index.ts';
import { agglomerate, AVERAGE, type Dendrogram } from './agglomerate.ts';
import {
  ambiguousPairs,
  areaUnderDistribution,
  clusterConsensus,
  type ConsensusInput,
  consensusMatrices,
  drawResamples,
  itemConsensus,
} from './consensus-matrix.ts';
import { refuse, requireCount, requireMatrix } from './input.ts';

export interface ConsensusSettings {
  /** 2 to this many groups are tried; 6 where not given. */
  readonly maximumGroups?: number;
  /** 100 where not given. */
  readonly resamples?: number;
  /** Share of the rows in each resample; 0.8 where not given. */
  readonly rowShare?: number;
  /** Share of the columns in each resample; 1 where not given. */
  readonly featureShare?: number;
  /** `ward` where not given; `k-means` is the slower by far. */
  readonly base?: 'ward' | 'k-means';
  /** Data sets without groups to compare with; 39 where not given. */
  readonly nullSets?: number;
  /** Above this p-value there is one group only; 0.05 where not given. At least 1 / (nullSets + 1). */
  readonly level?: number;
}

export interface ConsensusInputs extends ConsensusSettings {
  /** Shape (n, columns), row-major, finite; scale the columns first. */
  readonly x: Float64Array;
  readonly columns: number;
  readonly random: Random;
}

/** One number of groups. */
export interface Consensus {
  readonly k: number;
  /** Shape (n), numbered in the order in which they first come. */
  readonly labels: Int32Array;
  /** Shape (n (n - 1) / 2), pairs (1,0) (2,0) (2,1) ...: share of resamples in which both are in one group. */
  readonly consensus: Float64Array;
  /** Average linkage of 1 - consensus; its order is a heat map's. */
  readonly tree: Dendrogram;
  /** Under the cumulative distribution of the consensus. */
  readonly area: number;
  /** Of the area against the one of k - 1 groups, relative; of 2 groups the area itself. */
  readonly deltaArea: number;
  /** Share of pairs with consensus in (0.1, 0.9]; lower is more stable. */
  readonly ambiguousPairs: number;
  /**
   * log10 of the mean ambiguousPairs of all data sets, null sets and ours, over ours (a pair added to both). Above 0:
   * more stable than data without groups; the choice goes by it.
   */
  readonly relativeStability: number;
  /** Shape (n, k): mean consensus with the other rows of each group. */
  readonly itemConsensus: Float64Array;
  /** Shape (k): mean consensus of the pairs within each group. */
  readonly clusterConsensus: Float64Array;
}

export interface ConsensusClusters {
  /** The number of groups chosen; 1 where the data show none. */
  readonly k: number;
  /** Shape (n). */
  readonly labels: Int32Array;
  /** Of there being no groups, over all k tried. */
  readonly pValue: number;
  /** The choice in words. */
  readonly why: string;
  /** Of 2, 3, ... groups. */
  readonly tried: readonly Consensus[];
}

/**
 * Rows of a normal distribution with x's own means and covariances (also where there are more columns than rows):
 * each a random combination of the centred rows.
 */
export function normalLike(x: Float64Array, columns: number, random: Random): Float64Array {
  const n = x.length / columns;
  const means = new Float64Array(columns);
  x.forEach((value, at) => (means[at % columns]! += value / n));
  const centred = x.map((value, at) => value - means[at % columns]!);
  const drawn = new Float64Array(x.length);
  const scale = 1 / Math.sqrt(n - 1);
  for (let row = 0; row < n; row++) {
    const own = drawn.subarray(row * columns, (row + 1) * columns);
    for (let other = 0; other < n; other++) {
      const weight = random.normal() * scale;
      for (let k = 0, from = other * columns; k < columns; k++) own[k]! += weight * centred[from + k]!;
    }
    for (let k = 0; k < columns; k++) own[k]! += means[k]!;
  }
  return drawn;
}

type Settled = Required<Omit<ConsensusSettings, 'maximumGroups'>>;

const DEFAULTS: Settled = {
  resamples: 100,
  rowShare: 0.8,
  featureShare: 1,
  base: 'ward',
  nullSets: 39,
  level: 0.05,
};

const requireShare = (share: number, name: string): void => {
  if (!(share > 0 && share <= 1)) refuse(`${name} is ${share}, not above 0 and at most 1`);
};

const checked = (input: ConsensusInputs): ConsensusInput & Settled & { n: number } => {
  const n = requireMatrix(input.x, input.columns);
  const settings = { ...DEFAULTS, ...input };
  requireShare(settings.rowShare, 'rowShare');
  requireShare(settings.featureShare, 'featureShare');
  requireCount(settings.resamples, 'resamples');
  requireCount(settings.nullSets, 'nullSets');
  const drawn = Math.ceil(settings.rowShare * n);
  const maximumGroups = input.maximumGroups ?? Math.min(6, drawn - 1);
  if (maximumGroups < 2)
    refuse(`maximumGroups is ${maximumGroups}: there is no choice, or too few rows for one`);
  requireCount(maximumGroups, 'maximumGroups', drawn - 1, 'rows of a resample but one');
  requireShare(settings.level, 'level');
  if (settings.level < 1 / (settings.nullSets + 1))
    refuse(`nullSets is ${settings.nullSets}: too few for a level of ${settings.level}`);
  return { ...settings, maximumGroups, n };
};

type Checked = ReturnType<typeof checked>;

const consensusOf = (input: Checked, x: Float64Array, random: Random): Float64Array[] => {
  const { n, columns, rowShare, featureShare, resamples } = input;
  const shares = { rows: rowShare, features: featureShare };
  const drawn = drawResamples(n, columns, shares, resamples, random.fork('resamples'));
  return consensusMatrices({ ...input, x, random: random.fork('base') }, drawn);
};

/**
 * How much more stable each data set is than all of them on average, by k: log10 of the ratio of ambiguous pairs, a
 * pair being added to both. Ours counts in the average, so that it and each null set are exchangeable where there are
 * no groups.
 *
 * @param ambiguity by data set (ours first), then by k
 */
const standings = (ambiguity: readonly (readonly number[])[], pairs: number) => {
  const count = ambiguity.length;
  const advantages = ambiguity.map((set) =>
    set.map((own, index) => {
      const mean = ambiguity.reduce((sum, other) => sum + other[index]!, 0) / count;
      return Math.log10((mean + 1 / pairs) / (own + 1 / pairs));
    }),
  );
  const [ours = [], ...nulls] = advantages;
  const reached = nulls.filter((set) => Math.max(...set) >= Math.max(...ours)).length;
  return { ours, pValue: (reached + 1) / count };
};

/**
 * Consensus clustering: groups of rows that come out again when rows (and columns) are left out, and how many.
 *
 * For each number of groups k the rows are clustered in many resamples; the consensus of two rows is the share of
 * resamples with both that put them in one group; average linkage of 1 - consensus gives the groups. k is chosen by
 * the share of ambiguous pairs, held against that of data without groups (normal, with the covariances of x): k with
 * the greatest advantage, if that is greater than chance gives at the best k of a null set (so all k tried count in
 * the one p-value); otherwise one group. Few groups along one single line look like one long normal cloud: of some
 * dozen rows they are not told from it.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID: too few rows for the groups asked for, two rows in no resample together,
 *   settings out of range
 * @see Monti 2003, doi:10.1023/A:1023949509487; Senbabaoglu 2014, doi:10.1038/srep06207 (ambiguous pairs); John 2020,
 *   doi:10.1038/s41598-020-58766-1 (null reference, the
 *   log ratio). Unlike the last: one p-value over all k, from ranks
 */
export function consensusClusters(input: ConsensusInputs): ConsensusClusters {
  const settled = checked(input);
  const { x, columns, n, nullSets, level, random } = settled;
  const matrices = consensusOf(settled, x, random.fork('data'));
  const ambiguity = [matrices.map(ambiguousPairs)];
  for (let set = 0; set < nullSets; set++) {
    const own = random.fork('null').fork(set);
    const drawn = normalLike(x, columns, own.fork('rows'));
    ambiguity.push(consensusOf(settled, drawn, own).map(ambiguousPairs));
  }
  const { ours, pValue } = standings(ambiguity, (n * (n - 1)) / 2);
  const areas = matrices.map(areaUnderDistribution);
  const tried = matrices.map((consensus, index): Consensus => {
    const k = index + 2;
    const tree = agglomerate(
      consensus.map((share) => 1 - share),
      n,
      AVERAGE,
      (height) => height,
    );
    const labels = tree.cut(k);
    const area = areas[index]!;
    const before = areas[index - 1];
    return {
      k,
      labels,
      consensus,
      tree,
      area,
      deltaArea: before === undefined || before === 0 ? area : (area - before) / before,
      ambiguousPairs: ambiguity[0]![index]!,
      relativeStability: ours[index]!,
      itemConsensus: itemConsensus(consensus, labels, k),
      clusterConsensus: clusterConsensus(consensus, labels, k),
    };
  });
  return { ...chosen(tried, pValue, level, n), pValue, tried };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const chosen = (
  tried: readonly Consensus[],
  pValue: number,
  level: number,
  n: number,
): Pick<ConsensusClusters, 'k' | 'labels' | 'why'> => {
  const best = tried.reduce((first, second) =>
    second.relativeStability > first.relativeStability ? second : first,
  );
  const said =
    `k = ${best.k} is the most stable beside data without groups: ${percent(best.ambiguousPairs)} of pairs are ` +
    `ambiguous (p = ${pValue.toPrecision(2)} over k = 2 to ${tried.length + 1})`;
  return pValue <= level
    ? { k: best.k, labels: best.labels, why: said }
    : { k: 1, labels: new Int32Array(n), why: `one group: ${said}, which chance gives too` };
};
