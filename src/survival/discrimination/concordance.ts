/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { requireFinite, type SurvivalData, validateSurvivalData } from '../data.ts';

export interface Concordance {
  /** (concordant + tiedRisk / 2) / comparable, in [0, 1]; 0.5 is chance. */
  readonly concordance: number;
  /** Comparable pairs in which the earlier event has the higher risk score. */
  readonly concordant: number;
  readonly discordant: number;
  /** Comparable pairs with equal risk scores. */
  readonly tiedRisk: number;
  readonly comparable: number;
}

/** Counts of ranks, with prefix sums in O(log n). */
class RankCounts {
  private readonly tree: Float64Array;
  private readonly counts: Float64Array;
  private total = 0;

  constructor(size: number) {
    this.tree = new Float64Array(size + 1);
    this.counts = new Float64Array(size);
  }

  add(rank: number, count: 1 | -1): void {
    this.total += count;
    this.counts[rank] = this.counts[rank]! + count;
    for (let i = rank + 1; i < this.tree.length; i += i & -i) this.tree[i] = this.tree[i]! + count;
  }

  /** How many lie below, at and above a rank. */
  around(rank: number): [below: number, at: number, above: number] {
    let below = 0;
    for (let i = rank; i > 0; i -= i & -i) below += this.tree[i]!;
    const at = this.counts[rank]!;
    return [below, at, this.total - below - at];
  }
}

const denseRanks = (values: Float64Array): Int32Array => {
  const distinct = Float64Array.from(new Set(Float64Array.from(values).sort()));
  const rankOf = new Map(Array.from(distinct, (value, rank) => [value, rank]));
  return Int32Array.from(values, (value) => rankOf.get(value)!);
};

const orderDescending = (keys: Float64Array): Int32Array =>
  Int32Array.from(keys.keys()).sort((a, b) => keys[b]! - keys[a]! || a - b);

/**
 * Harrell's concordance of a risk score with event times, in O(n log n).
 *
 * A pair is comparable when one row has its event at t and the other is known to be event-free at t: it ends
 * later, or is censored at t itself; with delayed entry it must also have entered before t. Two events at the
 * same time are not comparable. Equal scores count one half.
 *
 * @param riskScore shape (n); a higher value means an earlier event (a Cox linear predictor, not a survival
 *   probability)
 * @param options.truncateAt only events at or before this time open a pair (administrative censoring there)
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also when no pair is comparable
 * @see Harrell 1996, doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4; equals R's
 *   survival::concordance(reverse = TRUE, ymax = truncateAt)
 */
export function concordanceIndex(
  data: SurvivalData,
  riskScore: Float64Array,
  options: { readonly truncateAt?: number } = {},
): Concordance {
  const n = validateSurvivalData(data);
  requireFinite(riskScore, n, 'riskScore');
  const counts = countPairs(data, denseRanks(riskScore), options.truncateAt ?? Infinity);
  const comparable = counts.concordant + counts.discordant + counts.tiedRisk;
  if (comparable === 0) throw new CdsError('SURVIVAL_INPUT_INVALID', 'no pair of rows is comparable');
  return { concordance: (counts.concordant + counts.tiedRisk / 2) / comparable, ...counts, comparable };
}

interface PairCounts {
  concordant: number;
  discordant: number;
  tiedRisk: number;
}

/** Backwards in time, keeping the ranks of the rows that are event-free and at risk at the current time. */
const countPairs = (
  { entry, time, event }: SurvivalData,
  rank: Int32Array,
  truncateAt: number,
): PairCounts => {
  const eventFree = new RankCounts(rank.length);
  const move = (rows: Int32Array, count: 1 | -1): void => {
    for (const row of rows) eventFree.add(rank[row]!, count);
  };
  const byEntry = entry === undefined ? undefined : orderDescending(entry);
  let left = 0;
  const takeOutEntriesFrom = (t: number): void => {
    if (entry === undefined || byEntry === undefined) return;
    const from = left;
    while (left < byEntry.length && entry[byEntry[left]!]! >= t) left++;
    move(byEntry.subarray(from, left), -1);
  };
  const counts = { concordant: 0, discordant: 0, tiedRisk: 0 };
  for (const rows of groupsDescending(time)) {
    const t = time[rows[0]!]!;
    const dying = rows.filter((row) => event[row] === 1);
    move(
      rows.filter((row) => event[row] === 0),
      1,
    );
    // A row that enters at or after t also ends after t, so it is in by now.
    takeOutEntriesFrom(t);
    if (t <= truncateAt) tally(counts, eventFree, dying, rank);
    move(dying, 1);
  }
  return counts;
};

/** Rows grouped by equal time, latest first. */
function* groupsDescending(time: Float64Array): Generator<Int32Array> {
  const order = orderDescending(time);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && time[order[end]!] === time[order[start]!]) end++;
    yield order.subarray(start, end);
  }
}

const tally = (counts: PairCounts, eventFree: RankCounts, dying: Int32Array, rank: Int32Array): void => {
  for (const row of dying) {
    const [below, at, above] = eventFree.around(rank[row]!);
    counts.concordant += below;
    counts.tiedRisk += at;
    counts.discordant += above;
  }
};
