/** A call of every exported function of the room, out of one input that tests may spoil. */
import { createRandom } from '../../../src/numerics/index.ts';
import * as survival from '../../../src/survival/index.ts';
import type { CoxInput, ElasticNetCoxInput, SurvivalData } from '../../../src/survival/index.ts';

export const N = 24;
const random = createRandom(5);
const list = (value: (row: number) => number): Float64Array =>
  Float64Array.from({ length: N }, (_, row) => value(row));
export const ids = (value: (row: number) => number): Int32Array => Int32Array.from(list(value));

/** All that the functions take, valid; each bad input is a change of it. */
export const good = () => ({
  time: list((row) => 1 + ((row * 7) % 11)),
  event: Uint8Array.from({ length: N }, (_, row) => Number(row % 3 !== 0)),
  entry: undefined as Float64Array | undefined,
  x: Float64Array.from({ length: 2 * N }, () => random.normal()),
  columns: 2,
  score: list(() => random.normal()),
  other: list(() => random.normal()),
  risk: list((row) => 0.05 + (0.9 * ((row * 5) % N)) / N),
  weights: list((row) => 1 + (row % 3)),
  strata: ids((row) => row % 2),
  cluster: ids((row) => row >> 1),
  groups: ids((row) => row % 3),
  foldIds: ids((row) => row % 4),
  horizon: 6,
  level: 0.9,
});
export type Input = ReturnType<typeof good>;

const dataOf = ({ time, event, entry }: Input): SurvivalData =>
  entry === undefined ? { time, event } : { time, event, entry };
const cox = (input: Input): CoxInput => {
  const { x, columns, strata, cluster, weights } = input;
  return { x, columns, strata, cluster, weights, data: dataOf(input), ties: 'efron' };
};
const net = (input: Input): ElasticNetCoxInput => {
  const { x, columns, strata, weights } = input;
  return { x, columns, strata, weights, data: dataOf(input), alpha: 0.5, lambdaCount: 4 };
};
const fitted = survival.fitCox(cox(good()));
const curve = survival.kaplanMeier(dataOf(good()));
const baseline = survival.breslowBaseline({ data: dataOf(good()), linearPredictor: list(() => 0) });
const resampled = survival.bootstrap({
  rows: N,
  random,
  resamples: 50,
  jackknife: true,
  statistic: (r) => [mean(r.counts)],
});
function mean(counts: Float64Array): number {
  return counts.reduce((sum, count, row) => sum + count * (row % 7), 0) / N;
}

export type Part = keyof Input;
interface Row {
  readonly call: (input: Input) => unknown;
  /** What of the input it takes: bad input there must be refused. */
  readonly takes: readonly Part[];
}
const row = (call: Row['call'], ...takes: Part[]): Row => ({ call, takes });
const OF_DATA = ['time', 'event'] as const;
const OF_COX = [...OF_DATA, 'x', 'columns', 'strata', 'cluster', 'weights'] as const;

export const ROWS: Record<string, Row> = {
  // data
  validateSurvivalData: row((i) => survival.validateSurvivalData(dataOf(i)), ...OF_DATA),
  selectRows: row((i) => survival.selectRows(dataOf(good()), [0, i.horizon === 6 ? 6 : N + 1]), 'horizon'),
  // cox
  fitCox: row((i) => survival.fitCox(cox(i)), ...OF_COX),
  coxTests: row((i) => survival.coxTests(survival.fitCox(cox(i))), ...OF_COX),
  hazardRatios: row((i) => survival.hazardRatios(fitted, i.level), 'level'),
  martingaleResiduals: row((i) => survival.martingaleResiduals(cox(i), fitted), ...OF_COX),
  devianceResiduals: row((i) => survival.devianceResiduals(cox(i), fitted), ...OF_COX),
  schoenfeldResiduals: row((i) => survival.schoenfeldResiduals(cox(i), fitted), ...OF_COX),
  scaledSchoenfeldResiduals: row((i) => survival.scaledSchoenfeldResiduals(cox(i), fitted), ...OF_COX),
  scoreResiduals: row((i) => survival.scoreResiduals(cox(i), fitted), ...OF_COX),
  dfbeta: row((i) => survival.dfbeta(cox(i), fitted), ...OF_COX),
  proportionalityTest: row((i) => survival.proportionalityTest(cox(i), fitted, 'km'), ...OF_COX),
  predictSurvival: row(
    (i) => survival.predictSurvival(cox(i), fitted, Float64Array.of(0, i.score[0]!), { level: i.level }),
    ...OF_COX,
    'level',
  ),
  baselineHazards: row(
    (i) =>
      survival.baselineHazards({
        data: dataOf(i),
        linearPredictor: i.score,
        strata: i.strata,
        weights: i.weights,
        ties: 'efron',
      }),
    ...OF_DATA,
    'score',
    'strata',
    'weights',
  ),
  breslowBaseline: row(
    (i) => survival.breslowBaseline({ data: dataOf(i), linearPredictor: i.score, weights: i.weights }),
    ...OF_DATA,
    'score',
    'weights',
  ),
  cumulativeHazardAt: row((i) => survival.cumulativeHazardAt(baseline, i.score[0] ?? NaN)),
  riskWithin: row((i) => survival.riskWithin(baseline, i.score[0] ?? NaN, 0, i.horizon)),
  linearPredictor: row((i) => survival.linearPredictor(i.x, Float64Array.of(1, i.score[0]!)), 'x'),
  centredLinearPredictor: row(
    (i) => survival.centredLinearPredictor(i.x, Float64Array.of(1, i.score[0]!)),
    'x',
  ),
  isCoxFailure: row((i) => survival.isCoxFailure(i)),
  // elastic net
  elasticNetCox: row((i) => survival.elasticNetCox(net(i)), ...OF_DATA, 'x', 'columns', 'strata', 'weights'),
  crossValidatedElasticNetCox: row(
    (i) => survival.crossValidatedElasticNetCox({ ...net(i), foldIds: i.foldIds }),
    ...OF_DATA,
    'x',
    'columns',
    'strata',
    'weights',
    'foldIds',
  ),
  // curves
  kaplanMeier: row(
    (i) => survival.kaplanMeier(dataOf(i), { weights: i.weights, cluster: i.cluster }),
    ...OF_DATA,
    'weights',
    'cluster',
  ),
  kaplanMeierByGroup: row(
    (i) => survival.kaplanMeierByGroup(dataOf(i), i.groups, { weights: i.weights, cluster: i.cluster }),
    ...OF_DATA,
    'weights',
    'cluster',
    'groups',
  ),
  nelsonAalen: row((i) => survival.nelsonAalen(dataOf(i), { weights: i.weights }), ...OF_DATA, 'weights'),
  survivalInterval: row((i) => survival.survivalInterval(curve, { level: i.level }), 'level'),
  survivalAt: row((i) => survival.survivalAt(curve, Float64Array.of(i.horizon), { level: i.level }), 'level'),
  survivalQuantile: row((i) => survival.survivalQuantile(curve, i.level, { level: i.level }), 'level'),
  medianSurvival: row((i) => survival.medianSurvival(curve, { level: i.level }), 'level'),
  numbersAtRisk: row(
    (i) => survival.numbersAtRisk(dataOf(i), Float64Array.of(0, 3), i.weights),
    ...OF_DATA,
    'weights',
  ),
  restrictedMean: row(
    (i) => survival.restrictedMean(curve, i.horizon, { level: i.level }),
    'horizon',
    'level',
  ),
  restrictedMeanDifference: row(
    (i) => survival.restrictedMeanDifference(curve, curve, i.horizon, { level: i.level }),
    'horizon',
    'level',
  ),
  logRankTest: row(
    (i) =>
      survival.logRankTest({
        data: dataOf(i),
        groups: i.groups,
        strata: i.strata,
        scores: Float64Array.of(0, 1, 2),
      }),
    ...OF_DATA,
    'groups',
    'strata',
  ),
  censoringSurvival: row(
    (i) => survival.censoringSurvival(dataOf(i), { weights: i.weights }),
    ...OF_DATA,
    'weights',
  ),
  censoringSurvivalAt: row((i) =>
    survival.censoringSurvivalAt(survival.censoringSurvival(dataOf(good())), i.score[0] ?? NaN),
  ),
  censoringSurvivalBefore: row((i) =>
    survival.censoringSurvivalBefore(survival.censoringSurvival(dataOf(good())), i.score[0] ?? NaN),
  ),
  censoringWeights: row((i) => survival.censoringWeights(dataOf(i), i.horizon), ...OF_DATA, 'horizon'),
  // discrimination
  concordanceIndex: row(
    (i) =>
      survival.concordanceIndex(dataOf(i), i.score, {
        weights: i.weights,
        strata: i.strata,
        cluster: i.cluster,
      }),
    ...OF_DATA,
    'score',
    'weights',
    'strata',
    'cluster',
  ),
  unoConcordance: row(
    (i) =>
      survival.unoConcordance(dataOf(i), i.score, {
        weights: i.weights,
        strata: i.strata,
        cluster: i.cluster,
      }),
    ...OF_DATA,
    'score',
    'weights',
    'strata',
    'cluster',
  ),
  concordanceDifference: row(
    (i) => survival.concordanceDifference(dataOf(i), [i.score, i.other], { cluster: i.cluster }),
    ...OF_DATA,
    'score',
    'cluster',
  ),
  cumulativeDynamicAuc: row(
    (i) => survival.cumulativeDynamicAuc(dataOf(i), i.score, [i.horizon], { cluster: i.cluster }),
    ...OF_DATA,
    'score',
    'horizon',
    'cluster',
  ),
  aucDifference: row(
    (i) => survival.aucDifference(dataOf(i), [i.score, i.other], [i.horizon], { cluster: i.cluster }),
    ...OF_DATA,
    'score',
    'horizon',
    'cluster',
  ),
  meanAuc: row(
    (i) =>
      survival.meanAuc(dataOf(i), survival.cumulativeDynamicAuc(dataOf(good()), good().score, [i.horizon])),
    ...OF_DATA,
    'horizon',
  ),
  // calibration
  brierScore: row(
    (i) => survival.brierScore(dataOf(i), i.risk, [i.horizon], { cluster: i.cluster }),
    ...OF_DATA,
    'risk',
    'horizon',
    'cluster',
  ),
  brierDifference: row(
    (i) => survival.brierDifference(dataOf(i), [i.risk, good().risk], [i.horizon], { cluster: i.cluster }),
    ...OF_DATA,
    'risk',
    'horizon',
    'cluster',
  ),
  integratedBrier: row(
    (i) =>
      survival.integratedBrier(
        dataOf(i),
        Float64Array.from({ length: 2 * i.risk.length }, (_, at) => i.risk[at >> 1]!),
        [3, i.horizon],
        { cluster: i.cluster },
      ),
    ...OF_DATA,
    'risk',
    'horizon',
    'cluster',
  ),
  calibrationInTheLarge: row(
    (i) => survival.calibrationInTheLarge(dataOf(i), i.risk, i.horizon, { level: i.level }),
    ...OF_DATA,
    'risk',
    'horizon',
    'level',
  ),
  calibrationSlope: row(
    (i) => survival.calibrationSlope(dataOf(i), i.risk, { cluster: i.cluster }),
    ...OF_DATA,
    'risk',
    'cluster',
  ),
  calibrationGroups: row(
    (i) => survival.calibrationGroups(dataOf(i), i.risk, i.horizon, { level: i.level, groups: 3 }),
    ...OF_DATA,
    'risk',
    'horizon',
    'level',
  ),
  smoothCalibration: row(
    (i) => survival.smoothCalibration(dataOf(i), i.risk, i.horizon),
    ...OF_DATA,
    'risk',
    'horizon',
  ),
  decisionCurve: row(
    (i) => survival.decisionCurve(dataOf(i), i.risk, i.horizon, [i.level]),
    ...OF_DATA,
    'risk',
    'horizon',
    'level',
  ),
  // landmark
  landmarkOutcomes: row(
    (i) =>
      survival.landmarkOutcomes({
        data: dataOf(i),
        patient: Int32Array.of(1, 2),
        landmark: Float64Array.of(0, 1),
        horizon: i.horizon,
      }),
    ...OF_DATA,
    'horizon',
  ),
  stackLandmarks: row(
    (i) => survival.stackLandmarks({ data: dataOf(i), landmarks: Float64Array.of(0, 1), horizon: i.horizon }),
    ...OF_DATA,
    'horizon',
  ),
  // resampling
  bootstrap: row(
    (i) =>
      survival.bootstrap({
        rows: i.time.length,
        event: i.event,
        cluster: i.cluster,
        stratifyByEvent: true,
        random: createRandom(1),
        resamples: 5,
        statistic: (r) => [r.counts.reduce((sum, count, at) => sum + count * i.score[at]!, 0)],
      }),
    'score',
    'cluster',
  ),
  pairedBootstrap: row(
    (i) =>
      survival.pairedBootstrap({
        rows: i.time.length,
        cluster: i.cluster,
        random: createRandom(1),
        resamples: 5,
        first: (r) => r.counts.reduce((sum, count, at) => sum + count * i.score[at]!, 0),
        second: (r) => mean(r.counts),
      }),
    'score',
    'cluster',
  ),
  bootstrapInterval: row(
    (i) => survival.bootstrapInterval(resampled, { level: i.level, method: 'bca' }),
    'level',
  ),
};
