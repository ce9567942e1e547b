/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import {
  concordanceIndex,
  selectRows,
  type SurvivalData,
  validateSurvivalData,
} from '../../survival/index.ts';
import { refuse, sharedCopy, sharedInt32, sortFeatures, toFloat32 } from './features.ts';
import { checkSettings, type ForestSettings, type SurvivalForest } from './forest.ts';
import { joinTrees } from './node-store.ts';
import { predictOutOfBag, sumGains } from './out-of-bag.ts';
import type { SurvivalOutcome } from './task.ts';
import { growTrees } from './threads.ts';

const MINIMUM_NODE_SIZE = 3;

export interface SurvivalForestInput extends ForestSettings {
  /** Shape (n, columns), row-major; NaN for missing. Rounded to float32. */
  readonly x: Float64Array;
  readonly columns: number;
  /** n rows, without delayed entry. */
  readonly data: SurvivalData;
}

/**
 * A random survival forest: trees split by the log-rank statistic, Nelson-Aalen cumulative hazards in their leaves.
 *
 * A missing value goes to the side that gives the better split (both are tried) and, where a node saw none in its
 * feature, to the larger side. A feature that is constant never splits: if all are, trees are single leaves.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, SURVIVAL_NO_EVENTS (all rows are censored), LEARNING_INPUT_INVALID (the
 *   matrix, a setting, delayed entry)
 * @see Ishwaran 2008, doi:10.1214/08-AOAS169. R's ranger::ranger grows the same trees from the same bags, but adds
 *   up hazards over all observed times, where the mortality here counts event times, as the paper does.
 */
export async function fitSurvivalForest(input: SurvivalForestInput): Promise<SurvivalForest> {
  const { columns, data, signal } = input;
  const { x, n } = toFloat32(input.x, columns);
  if (validateSurvivalData(data) !== n) refuse(`data has ${data.time.length} rows, x ${n}`);
  if (data.entry !== undefined) refuse('data has delayed entry, which a survival forest does not take');
  if (!data.event.includes(1)) throw new CdsError('SURVIVAL_NO_EVENTS', 'all rows are censored');
  const { threads, ...settings } = checkSettings(input, n, columns, MINIMUM_NODE_SIZE);
  const { outcome, times } = survivalOutcome(data);
  const features = sortFeatures(x, n, columns);
  const nodes = joinTrees(await growTrees({ features, outcome, ...settings }, threads, signal));
  const { bag, seeds } = settings;
  const outOfBag = predictOutOfBag(nodes, bag, seeds, x, columns);
  return {
    kind: 'survival',
    columns,
    times,
    nodes,
    bag,
    seeds,
    outOfBag,
    outOfBagError: discordance(data, outOfBag),
    impurityImportance: sumGains(nodes, columns),
  };
}

const survivalOutcome = ({
  time,
  event,
}: SurvivalData): { outcome: SurvivalOutcome; times: Float64Array } => {
  const times = Float64Array.from(new Set(time.filter((_, row) => event[row] === 1))).sort();
  const byTime = Int32Array.from(time.keys()).sort((a, b) => time[a]! - time[b]! || a - b);
  const lastEvent = sharedInt32(time.length);
  let last = -1;
  for (const row of byTime) {
    while (last + 1 < times.length && times[last + 1]! <= time[row]!) last++;
    lastEvent[row] = last;
  }
  const shared = new Uint8Array(new SharedArrayBuffer(event.length));
  shared.set(event);
  return {
    times,
    outcome: {
      kind: 'survival',
      startOrder: sharedCopy(byTime),
      event: shared,
      lastEvent,
      times: times.length,
    },
  };
};

/** What C says of rows that do not tell who comes first. The scores are the forest's own: nothing else is wrong. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['SURVIVAL_NO_EVENTS', 'SURVIVAL_INPUT_INVALID']);

/** 1 - Harrell's C over the rows that have a prediction; NaN without an event or a comparable pair among them. */
export function discordance(data: SurvivalData, riskScore: Float64Array): number {
  const rows = Int32Array.from(riskScore.keys()).filter((row) => !Number.isNaN(riskScore[row]!));
  if (rows.length === 0) return NaN;
  try {
    return (
      1 -
      concordanceIndex(
        selectRows(data, rows),
        Float64Array.from(rows, (row) => riskScore[row]!),
      ).concordance
    );
  } catch (error) {
    if (error instanceof CdsError && SAYS_NOTHING.has(error.code)) return NaN;
    throw error;
  }
}
