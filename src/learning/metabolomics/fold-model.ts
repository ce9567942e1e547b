/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Random } from '../../numerics/index.ts';
import { crossValidatedElasticNetCox, linearPredictor } from '../../survival/index.ts';
import {
  fitSurvivalForest,
  forestContributions,
  predictMortality,
  type SurvivalForest,
} from '../forests/index.ts';
import type { PanelRows } from './layout.ts';
import { patientValues } from './patient-values.ts';
import { fitPreprocessor, preprocess, type Preprocessor } from './preprocess/index.ts';
import { selectFeatures, type Selection } from './selection.ts';
import type { MetabolomicSettings } from './settings.ts';
import { columnsOf, type PanelTraining } from './training.ts';

/** A standard: (value - mean) / sd. */
export interface Standard {
  readonly mean: number;
  readonly sd: number;
}

/** One fold's model, fitted on the patients of the other folds. */
export interface MetabolomicFold {
  readonly preprocessor: Preprocessor;
  readonly selection: Selection;
  readonly forest: SurvivalForest;
  /** Mortality below it counts as this much: the least out-of-bag mortality of the training rows. */
  readonly leastMortality: number;
  /** Of the log mortality, out of bag. */
  readonly forestStandard: Standard;
  /** Of the selected features, shape (selected). */
  readonly coefficients: Float64Array;
  readonly linearStandard: Standard;
  readonly forestWeight: number;
  /** Of the weighted mean of the two standardised scores. */
  readonly standard: Standard;
}

const standardOf = (values: Float64Array): Standard => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  // A score that is the same for all says nothing of anybody: 0.
  return { mean, sd: variance > 1e-18 ? Math.sqrt(variance) : 1 };
};

const standardised = (values: Float64Array, { mean, sd }: Standard): Float64Array =>
  values.map((value) => (value - mean) / sd);

const combine = (forest: Float64Array, linear: Float64Array, weight: number): Float64Array =>
  forest.map((value, row) => weight * value + (1 - weight) * linear[row]!);

const leastPositive = (values: Float64Array): number =>
  values.reduce((least, value) => (value > 0 && value < least ? value : least), Infinity);

/** The elastic-net Cox on the selected features, its penalty chosen over the folds that are left. */
const fitLinear = (
  x: Float64Array,
  { data, landmark, fold }: PanelTraining,
  columns: number,
  { alpha, lambdaCount }: MetabolomicSettings,
): Float64Array => {
  const { path, indexMin } = crossValidatedElasticNetCox({
    x,
    columns,
    data,
    // Each landmark has its own baseline: the score ranks patients, the risk layer puts them on the clock.
    strata: landmark,
    foldIds: fold,
    alpha,
    lambdaCount,
  });
  return path.coefficients[indexMin] ?? new Float64Array(columns);
};

/**
 * Fits one fold's model on its training rows: preprocessing, selection, survival forest and elastic-net Cox on the
 * selected features, and the standards that put their scores together.
 *
 * The forest's standard is taken over its out-of-bag mortality: trees know their own rows, whose in-bag mortality
 * spreads wider than that of any new patient, who would all come out as average. A linear score has the same
 * distribution in new patients of the same kind, so it needs no such care.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID, LEARNING_NOT_CONVERGED, SURVIVAL_INPUT_INVALID, SURVIVAL_NO_EVENTS,
 *   COX_NOT_CONVERGED
 */
export async function fitFold(
  training: PanelTraining,
  settings: MetabolomicSettings,
  options: { readonly random: Random; readonly threads?: number },
): Promise<MetabolomicFold> {
  const { random, threads = 1 } = options;
  const preprocessor = fitPreprocessor(training.rows, settings);
  const all = preprocess(preprocessor, training.rows);
  const width = preprocessor.centre.length;
  const selection = selectFeatures(
    patientValues(all, width, training),
    preprocessor.usable,
    settings,
    random.fork('stability'),
  );
  const x = columnsOf(all, width, selection.selected);
  const columns = selection.selected.length;
  const forest = await fitSurvivalForest({
    x,
    columns,
    data: training.data,
    clusters: training.patient,
    trees: settings.trees,
    minimumNodeSize: settings.minimumNodeSize,
    maximumDepth: settings.maximumDepth,
    threads,
    random: random.fork('forest'),
  });
  const leastMortality = leastPositive(forest.outOfBag);
  const seen = Int32Array.from(forest.outOfBag.keys()).filter((row) => !Number.isNaN(forest.outOfBag[row]!));
  const logMortality = Float64Array.from(seen, (row) =>
    Math.log(Math.max(forest.outOfBag[row]!, leastMortality)),
  );
  const coefficients = fitLinear(x, training, columns, settings);
  const linear = linearPredictor(x, coefficients);
  const forestStandard = standardOf(logMortality);
  const linearStandard = standardOf(linear);
  const { forestWeight } = settings;
  const both = combine(
    standardised(logMortality, forestStandard),
    standardised(
      Float64Array.from(seen, (row) => linear[row]!),
      linearStandard,
    ),
    forestWeight,
  );
  return {
    preprocessor,
    selection,
    forest,
    leastMortality,
    forestStandard,
    coefficients,
    linearStandard,
    forestWeight,
    standard: standardOf(both),
  };
}

/** Closer to the baseline than this share of it, the secant is taken by its series. */
export const NEAR_BASELINE = 1e-6;

export interface FoldScores {
  /** Standardised by the fold's training scores; higher means earlier recurrence. Shape (n). */
  readonly score: Float64Array;
  /** Shape (n, 3 x analytes), row-major; a row sums to its score less `offset`. */
  readonly contributions: Float64Array;
  readonly offset: number;
  /** The two parts of the score, each standardised by the fold's training rows. Shape (n). */
  readonly forest: Float64Array;
  readonly linear: Float64Array;
}

/**
 * (log m - log baseline) / (m - baseline): what turns the parts of a mortality into those of its logarithm, so that
 * they still add up, also where m is held at the least mortality.
 */
const secant = (mortality: number, least: number, baseline: number): number => {
  const excess = mortality / baseline - 1;
  if (Math.abs(excess) < NEAR_BASELINE) return (1 - excess / 2) / baseline;
  return Math.log(Math.max(mortality, least) / baseline) / excess / baseline;
};

/** What a fold's model says of rows that it may never have seen. */
export function evaluateFold(model: MetabolomicFold, rows: PanelRows): FoldScores {
  const { preprocessor, selection, forest, coefficients, forestWeight, standard } = model;
  const { forestStandard, linearStandard, leastMortality } = model;
  const width = preprocessor.centre.length;
  const { selected } = selection;
  const x = columnsOf(preprocess(preprocessor, rows), width, selected);
  const mortality = predictMortality(forest, x);
  const logMortality = mortality.map((value) => Math.log(Math.max(value, leastMortality)));
  const { baseline, contributions: parts } = forestContributions(forest, x);
  const forestScore = standardised(logMortality, forestStandard);
  const linearScore = standardised(linearPredictor(x, coefficients), linearStandard);
  const contributions = new Float64Array(mortality.length * width);
  const forestUnit = forestWeight / (forestStandard.sd * standard.sd);
  const linearUnit = (1 - forestWeight) / (linearStandard.sd * standard.sd);
  mortality.forEach((value, row) => {
    const factor = forestUnit * secant(value, leastMortality, baseline);
    selected.forEach((j, k) => {
      const at = row * selected.length + k;
      contributions[row * width + j] = factor * parts[at]! + linearUnit * coefficients[k]! * x[at]!;
    });
  });
  return {
    score: standardised(combine(forestScore, linearScore, forestWeight), standard),
    contributions,
    offset: foldOffset(model, baseline),
    forest: forestScore,
    linear: linearScore,
  };
}

/** The score where every contribution is 0. */
export function foldOffset(model: MetabolomicFold, baseline: number): number {
  const { forestWeight, forestStandard, linearStandard, standard } = model;
  const forest = (Math.log(baseline) - forestStandard.mean) / forestStandard.sd;
  const linear = -linearStandard.mean / linearStandard.sd;
  return (forestWeight * forest + (1 - forestWeight) * linear - standard.mean) / standard.sd;
}
