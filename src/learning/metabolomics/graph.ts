import { addForestContributions, addForestPrediction, forestContributions } from '../forests/index.ts';
import { graphBuilder, type GraphBuilder } from '../onnx/index.ts';
import { foldOffset, type MetabolomicFold, NEAR_BASELINE } from './fold-model.ts';
import {
  addImputation,
  addQuotients,
  type Constants,
  constantsOf,
  FLOAT32,
  FLOAT64,
  sliceLast,
} from './graph-parts.ts';
import type { Block } from './layout.ts';
import { imputedColumns, inputColumn, type MetabolomicModel } from './model.ts';

interface Parts {
  readonly graph: GraphBuilder;
  readonly constants: Constants;
  readonly model: MetabolomicModel;
  /** The features as float64, [N, C]. */
  readonly wide: string;
}

/** A fold constant of shape [1, folds, width]. */
const perFold = (
  { graph, model }: Parts,
  name: string,
  valueOf: (fold: MetabolomicFold) => ArrayLike<number>,
): string => {
  const values = model.folds.map((fold) => Array.from(valueOf(fold)));
  return graph.initializer(name, Float64Array.from(values.flat()), [
    1,
    values.length,
    values[0]?.length ?? 0,
  ]);
};

/** One block, [N, 1, A]; NaN where it is absent. */
const addBlock = ({ graph, constants, model, wide }: Parts, block: Block): string => {
  const { analytes, starts } = model.layout;
  const start = starts.get(block);
  const from = start ?? starts.get('log2') ?? 0;
  const found = sliceLast(graph, constants, wide, from, from + analytes.length);
  const values = start === undefined ? graph.op('Mul', [found, constants.scalar(Number.NaN)]) : found;
  return graph.op('Unsqueeze', [values, constants.integers(1)]);
};

/** The latest or the baseline draw, imputed and quotient normalised, [N, F, A]. */
const addDraw = (parts: Parts, kind: 'latest' | 'baseline', values: string, dropped: string): string => {
  const { graph, constants, model } = parts;
  const imputed = addImputation(graph, constants, {
    values,
    limits: addBlock(parts, kind === 'latest' ? 'limit' : 'baselineLimit'),
    mean: perFold(parts, `${kind}Mean`, (fold) => fold.preprocessor[kind].mean),
    sd: perFold(parts, `${kind}Sd`, (fold) => fold.preprocessor[kind].sd),
  });
  const kept = graph.op('Add', [imputed, dropped]);
  const reference = perFold(parts, `${kind}Reference`, (fold) => fold.preprocessor[kind].reference);
  return addQuotients(graph, constants, kept, reference, model.layout.analytes.length);
};

/** What `preprocess` gives of every fold, [N, F, 3A], nothing missing. */
const addPreprocessing = (parts: Parts): string => {
  const { graph, constants, model } = parts;
  const { scalar } = constants;
  const dropped = perFold(parts, 'dropped', ({ preprocessor }) =>
    Array.from(preprocessor.kept, (kept) => (kept === 1 ? 0 : Number.NaN)),
  );
  const level = addBlock(parts, 'log2');
  const latest = addDraw(parts, 'latest', level, dropped);
  const before = graph.op('Sub', [level, addBlock(parts, 'change')]);
  const baseline = addDraw(parts, 'baseline', before, dropped);
  const slopes = addQuotients(
    graph,
    constants,
    addBlock(parts, 'slope'),
    dropped,
    model.layout.analytes.length,
  );
  const change = graph.op('Sub', [latest, baseline]);
  const all = graph.op('Concat', [latest, change, slopes], { axis: -1 });
  const centred = graph.op('Sub', [all, perFold(parts, 'centre', (fold) => fold.preprocessor.centre)]);
  const scaled = graph.op('Div', [centred, perFold(parts, 'scale', (fold) => fold.preprocessor.scale)]);
  const clip = model.folds[0]?.preprocessor.clip ?? 0;
  const clipped = graph.op('Max', [graph.op('Min', [scaled, scalar(clip)]), scalar(-clip)]);
  const fill = perFold(parts, 'fill', (fold) => fold.preprocessor.fill);
  const filled = graph.op('Where', [graph.op('IsNaN', [all]), fill, clipped]);
  return graph.op('Mul', [filled, perFold(parts, 'usable', (fold) => fold.preprocessor.usable)]);
};

/** (value - mean) / sd */
const addStandard = (
  { graph, constants: { scalar } }: Parts,
  value: string,
  { mean, sd }: { readonly mean: number; readonly sd: number },
): string => graph.op('Div', [graph.op('Sub', [value, scalar(mean)]), scalar(sd)]);

/** [N, 1]: what turns the parts of the mortality into those of its logarithm, as `secant`. */
const addSecant = (
  { graph, constants: { scalar } }: Parts,
  mortality: string,
  logMortality: string,
  baseline: number,
): string => {
  const excess = graph.op('Sub', [graph.op('Div', [mortality, scalar(baseline)]), scalar(1)]);
  const series = graph.op('Sub', [scalar(1), graph.op('Mul', [excess, scalar(0.5)])]);
  const logRatio = graph.op('Sub', [logMortality, scalar(Math.log(baseline))]);
  const near = graph.op('Less', [graph.op('Abs', [excess]), scalar(NEAR_BASELINE)]);
  const factor = graph.op('Where', [near, series, graph.op('Div', [logRatio, excess])]);
  return graph.op('Div', [factor, scalar(baseline)]);
};

interface FoldOutput {
  /** [N, 1] */
  readonly score: string;
  /** [N, C] */
  readonly contributions: string;
  readonly offset: number;
}

/** Learned features of one fold in the order of the input, those it did not select being 0. */
const addScatter = (
  { graph, constants, model }: Parts,
  values: string,
  zero: string,
  selected: Int32Array,
): string => {
  const { layout } = model;
  const position = new Map(Array.from(selected, (j, at) => [inputColumn(layout, j), at]));
  const order = Array.from(
    { length: layout.columns },
    (_, column) => position.get(column) ?? selected.length,
  );
  const padded = graph.op('Concat', [values, zero], { axis: 1 });
  return graph.op('Gather', [padded, constants.integers(...order)], { axis: 1 });
};

const addFold = (parts: Parts, preprocessed: string, index: number, fold: MetabolomicFold): FoldOutput => {
  const { graph, constants } = parts;
  const { scalar, integers } = constants;
  const { forest, selection, coefficients, forestWeight, leastMortality } = fold;
  const { selected } = selection;
  const own = graph.op('Squeeze', [
    graph.op('Gather', [preprocessed, integers(index)], { axis: 1 }),
    integers(1),
  ]);
  const x = graph.op('Gather', [own, integers(...selected)], { axis: 1 });
  const narrow = graph.op('Cast', [x], { to: FLOAT32 });
  const mortality = graph.op('Cast', [addForestPrediction(graph, forest, narrow)], { to: FLOAT64 });
  const logMortality = graph.op('Log', [graph.op('Max', [mortality, scalar(leastMortality)])]);
  const beta = graph.initializer(`coefficients:${String(index)}`, coefficients, [1, coefficients.length]);
  const linearParts = graph.op('Mul', [x, beta]);
  const linear = graph.op('ReduceSum', [linearParts, integers(1)], { keepdims: 1 });
  const both = graph.op('Add', [
    graph.op('Mul', [addStandard(parts, logMortality, fold.forestStandard), scalar(forestWeight)]),
    graph.op('Mul', [addStandard(parts, linear, fold.linearStandard), scalar(1 - forestWeight)]),
  ]);
  const { baseline } = forestContributions(forest, new Float64Array(selected.length));
  const forestUnit = forestWeight / (fold.forestStandard.sd * fold.standard.sd);
  const linearUnit = (1 - forestWeight) / (fold.linearStandard.sd * fold.standard.sd);
  const forestParts = graph.op('Cast', [addForestContributions(graph, forest, narrow)], { to: FLOAT64 });
  const factor = graph.op('Mul', [addSecant(parts, mortality, logMortality, baseline), scalar(forestUnit)]);
  const contributions = graph.op('Add', [
    graph.op('Mul', [forestParts, factor]),
    graph.op('Mul', [linearParts, scalar(linearUnit)]),
  ]);
  const zero = graph.op('Mul', [mortality, scalar(0)]);
  return {
    score: addStandard(parts, both, fold.standard),
    contributions: addScatter(parts, contributions, zero, selected),
    offset: foldOffset(fold, baseline),
  };
};

/** Missing values in the blocks that are learned from, [N, 1] float32. */
const addImputed = ({ graph, constants, model }: Parts, features: string): void => {
  const learned = imputedColumns(model);
  const values = graph.op('Gather', [features, constants.integers(...learned)], { axis: 1 });
  const missing = graph.op('Cast', [graph.op('IsNaN', [values])], { to: FLOAT32 });
  graph.node('ReduceSum', [missing, constants.integers(1)], ['imputed'], { keepdims: 1 });
};

/**
 * The metabolomic recurrence score as an ONNX model: preprocessing, forests and elastic nets of all folds; float64
 * inside, features rounded to float32 before the trees.
 *
 * Input `features` float32 [N, C], as the modality names them, NaN = missing. Outputs, float32: `score` [N, 1], the
 * mean of the folds' standardised scores, higher = higher risk; `contributions` [N, C], each feature's additive part
 * (a row sums to its score less the metadata's `contributionOffset`; the limits of detection have 0); `imputed`
 * [N, 1], how many were missing in the blocks that it learned from.
 *
 * @returns the ModelProto; equal models give equal bytes
 * @throws {CdsError} ONNX_INVALID
 */
export function metabolomicScoreModel(model: MetabolomicModel): Uint8Array {
  const { layout, folds } = model;
  const graph = graphBuilder('metabolomic-score');
  const features = graph.input('features', 'float32', ['N', layout.columns]);
  const parts: Parts = {
    graph,
    constants: constantsOf(graph),
    model,
    wide: graph.op('Cast', [features], { to: FLOAT64 }),
  };
  const { scalar } = parts.constants;
  const preprocessed = addPreprocessing(parts);
  const outputs = folds.map((fold, index) => addFold(parts, preprocessed, index, fold));
  const meanOf = (names: readonly string[]): string =>
    graph.op('Div', [graph.op('Sum', names), scalar(folds.length)]);
  graph.node('Cast', [meanOf(outputs.map(({ score }) => score))], ['score'], { to: FLOAT32 });
  const contributions = meanOf(outputs.map((each) => each.contributions));
  graph.node('Cast', [contributions], ['contributions'], { to: FLOAT32 });
  addImputed(parts, features);
  graph.output('score', 'float32', ['N', 1]);
  graph.output('contributions', 'float32', ['N', layout.columns]);
  graph.output('imputed', 'float32', ['N', 1]);
  graph.metadata('featureNames', JSON.stringify(model.featureNames));
  const offset = outputs.reduce((sum, each) => sum + each.offset / folds.length, 0);
  graph.metadata('contributionOffset', String(offset));
  return graph.build();
}
