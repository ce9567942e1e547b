import { graphBuilder, type GraphBuilder } from '../onnx/index.ts';
import {
  checkRiskLayerModel,
  INTERVAL,
  type RiskLayer,
  type RiskLayerFit,
  type RiskLayerModel,
  SAME_DAY_MONTHS,
  subsetName,
} from './risk-layer.ts';

/** TensorProto.DataType, for Cast. */
const FLOAT32 = 1;
const FLOAT64 = 11;

/** Values that all layers share. */
interface Shared {
  readonly graph: GraphBuilder;
  /** [N, M] float64. */
  readonly scores: string;
  /** [N, 2] float64: s / 12 and its square. */
  readonly landmarkTerms: string;
  /** [N, 1] float64: just after the landmark, and each horizon after it. */
  readonly from: string;
  readonly until: readonly string[];
  readonly one: string;
  /** An int64 constant of shape (values), made once a graph. */
  readonly integers: (...values: readonly number[]) => string;
}

/**
 * The landmark risk layers as one ONNX model, computed in float64 inside.
 *
 * Inputs, float32: `scores` [N, M], standardised, modalities in manifest order, NaN = absent;
 * `landmarkMonths` [N, 1], months since surgery at the visit.
 * Outputs for each layer, float32, <subset> as "cfdna+metabolomics", H horizons, m modalities of the subset:
 * `risk:<subset>` [N, H], P(event within the horizon | none at the landmark);
 * `interval:<subset>` [N, H, 2], the 5 % and 95 % quantiles (type 7) over the bootstrap replicates;
 * `logHazard:<subset>` [N, m], each modality's part of the linear predictor.
 * All are NaN in a row where one of the subset's scores is (logHazard only in that score's column).
 * Metadata `modalities`, `horizonsMonths` and `subsets` are JSON arrays.
 *
 * @returns the ModelProto; equal models give equal bytes
 * @throws {CdsError} ONNX_INVALID
 */
export function riskLayerModel(model: RiskLayerModel): Uint8Array {
  checkRiskLayerModel(model);
  const { modalities, horizonsMonths, layers } = model;
  const graph = graphBuilder('landmark-risk-layers');
  const scores = graph.input('scores', 'float32', ['N', modalities.length]);
  const landmark = graph.input('landmarkMonths', 'float32', ['N', 1]);
  const scalar = (name: string, value: number): string =>
    graph.initializer(name, Float64Array.of(value), [1, 1]);
  const months = graph.op('Cast', [landmark], { to: FLOAT64 });
  const years = graph.op('Div', [months, scalar('monthsAYear', 12)]);
  const from = graph.op('Add', [months, scalar('sameDayMonths', SAME_DAY_MONTHS)]);
  const shared: Shared = {
    graph,
    scores: graph.op('Cast', [scores], { to: FLOAT64 }),
    landmarkTerms: graph.op('Concat', [years, graph.op('Mul', [years, years])], { axis: 1 }),
    from,
    until: horizonsMonths.map((h, k) => graph.op('Add', [from, scalar(`horizon${k}Months`, h)])),
    one: scalar('one', 1),
    integers: integerConstants(graph),
  };
  for (const layer of layers) addLayer(shared, layer, subsetName(model, layer));
  graph.metadata('modalities', JSON.stringify(modalities));
  graph.metadata('horizonsMonths', JSON.stringify(horizonsMonths));
  graph.metadata('subsets', JSON.stringify(layers.map((layer) => subsetName(model, layer))));
  return graph.build();
}

const integerConstants = (graph: GraphBuilder): Shared['integers'] => {
  const known = new Map<string, string>();
  return (...values) => {
    const key = `integers:${values.join(',')}`;
    const name =
      known.get(key) ?? graph.initializer(key, BigInt64Array.from(values, BigInt), [values.length]);
    known.set(key, name);
    return name;
  };
};

/** Column r of a (rows, fits) matrix is what `values` gives for fit r. */
const stackFits = (
  fits: readonly RiskLayerFit[],
  values: (fit: RiskLayerFit) => ArrayLike<number>,
): Float64Array => {
  const stacked = fits.map(values);
  const rows = stacked[0]?.length ?? 0;
  return Float64Array.from(
    { length: rows * fits.length },
    (_, at) => stacked[at % fits.length]?.[Math.floor(at / fits.length)] ?? NaN,
  );
};

const addLayer = (shared: Shared, layer: RiskLayer, subset: string): void => {
  const { graph } = shared;
  const m = layer.columns.length;
  // The fit itself is column 0, its replicates follow: one matrix product serves them all.
  const fits = [layer, ...layer.bootstrap];
  const named = (what: string): string => `${what}:${subset}`;
  const columns = graph.initializer(named('columns'), BigInt64Array.from(layer.columns, BigInt), [m]);
  const weights = graph.initializer(
    named('coefficients'),
    stackFits(fits, (fit) => [...fit.coefficients, ...fit.landmark]),
    [m + 2, fits.length],
  );
  const increments = graph.initializer(
    named('increments'),
    stackFits(fits, (fit) => fit.increments),
    [layer.increments.length, fits.length],
  );
  const times = graph.initializer(named('baselineTimesMonths'), layer.baselineTimesMonths, [
    1,
    layer.baselineTimesMonths.length,
  ]);
  const own = graph.op('Gather', [shared.scores, columns], { axis: 1 });
  const eta = graph.op('MatMul', [graph.op('Concat', [own, shared.landmarkTerms], { axis: 1 }), weights]);
  const relativeHazard = graph.op('Exp', [eta]);
  const after = graph.op('Greater', [times, shared.from]);
  const risks = shared.until.map((until) => {
    const within = graph.op('And', [after, graph.op('LessOrEqual', [times, until])]);
    const steps = graph.op('Cast', [within], { to: FLOAT64 });
    const hazard = graph.op('Mul', [graph.op('MatMul', [steps, increments]), relativeHazard]);
    const risk = graph.op('Sub', [shared.one, graph.op('Exp', [graph.op('Neg', [hazard])])]);
    return graph.op('Unsqueeze', [risk, shared.integers(1)]);
  });
  const all = graph.op('Concat', risks, { axis: 1 }); // [N, H, 1 + B]
  addRisk(shared, all, subset);
  addInterval(shared, all, layer.bootstrap.length, subset);
  const main = graph.initializer(named('mainCoefficients'), layer.coefficients, [1, m]);
  graph.node('Cast', [graph.op('Mul', [own, main])], [named('logHazard')], { to: FLOAT32 });
  const horizons = shared.until.length;
  graph.output(named('risk'), 'float32', ['N', horizons]);
  graph.output(named('interval'), 'float32', ['N', horizons, 2]);
  graph.output(named('logHazard'), 'float32', ['N', m]);
};

const addRisk = (shared: Shared, all: string, subset: string): void => {
  const { graph } = shared;
  const first = graph.op('Slice', [all, shared.integers(0), shared.integers(1), shared.integers(2)]);
  const flat = graph.op('Squeeze', [first, shared.integers(2)]);
  graph.node('Cast', [flat], [`risk:${subset}`], { to: FLOAT32 });
};

/** Type 7 quantiles: order statistics by TopK, then linear interpolation between two of them. */
const addInterval = (shared: Shared, all: string, replicates: number, subset: string): void => {
  const { graph } = shared;
  const from = shared.integers(1);
  const drawn = graph.op('Slice', [all, from, shared.integers(replicates + 1), shared.integers(2)]);
  const sorted = `sorted:${subset}`;
  graph.node('TopK', [drawn, shared.integers(replicates)], [sorted, `order:${subset}`], {
    axis: 2,
    largest: 0,
    sorted: 1,
  });
  const positions = INTERVAL.map((probability) => (replicates - 1) * probability);
  const below = positions.map(Math.floor);
  const above = below.map((k) => Math.min(k + 1, replicates - 1));
  const low = graph.op('Gather', [sorted, shared.integers(...below)], { axis: 2 });
  const high = graph.op('Gather', [sorted, shared.integers(...above)], { axis: 2 });
  const share = graph.initializer(
    `interpolation:${subset}`,
    Float64Array.from(positions, (position, k) => position - (below[k] ?? 0)),
    [1, 1, 2],
  );
  const gap = graph.op('Sub', [high, low]);
  const quantiles = graph.op('Add', [low, graph.op('Mul', [gap, share])]);
  graph.node('Cast', [quantiles], [`interval:${subset}`], { to: FLOAT32 });
};
