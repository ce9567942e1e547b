import { panelLayout, type PanelLayout } from '../../../../src/learning/metabolomics/layout.ts';
import type { PanelTraining } from '../../../../src/learning/metabolomics/training.ts';
import { createRandom, type Random } from '../../../../src/numerics/index.ts';

export const LANDMARKS = [1, 3, 6, 9, 12, 18, 24];
const HORIZON = 24;

/** Names of a panel's features in their five blocks. */
export const namesOf = (analytes: number): string[] =>
  ['log2', 'change', 'slope', 'limit', 'baselineLimit'].flatMap((block) =>
    Array.from({ length: analytes }, (_, j) => `${block}:a${String(j)}`),
  );

interface Panels {
  readonly patients: number;
  readonly seed: number;
  readonly analytes?: number;
  /** How many analytes move with the burden of disease, by 0.3 to 0.5 of their spread. */
  readonly informative?: number;
  /** 0: the outcome has nothing to do with anything. */
  readonly signal?: number;
}

export interface DrawnPanels extends PanelTraining {
  /** The true log hazard of each row's patient. */
  readonly burden: Float64Array;
}

interface Draw {
  readonly values: Float64Array;
  readonly limits: Float64Array;
}

/** What the analytes of one population share. */
interface Population {
  readonly mean: Float64Array;
  readonly spread: Float64Array;
  readonly loading: Float64Array;
  readonly limit: Float64Array;
}

const populationOf = (analytes: number, informative: number): Population => {
  const random = createRandom(99);
  const mean = Float64Array.from({ length: analytes }, () => 4 + 2 * random.normal());
  const spread = Float64Array.from({ length: analytes }, () => 0.4 + 0.3 * random.uniform());
  const loading = Float64Array.from({ length: analytes }, (_, j) =>
    j < informative ? (0.3 + 0.2 * random.uniform()) * (j % 2 === 0 ? 1 : -1) : 0,
  );
  // Every sixth analyte is near its limit of detection.
  const limit = Float64Array.from(mean, (each, j) => (j % 6 === 5 ? each - 0.3 : -Infinity));
  return { mean, spread, loading, limit };
};

const drawPanel = (
  { mean, spread, loading, limit }: Population,
  own: Float64Array,
  burden: number,
  random: Random,
): Draw => {
  const dilution = 0.25 * random.normal();
  const limits = new Float64Array(mean.length).fill(NaN);
  const values = mean.map((level, j) => {
    const sd = spread[j] ?? 1;
    const truth = level + sd * ((loading[j] ?? 0) * burden + 0.6 * (own[j] ?? 0) + 0.7 * random.normal());
    const measured = truth + dilution + 0.1 * random.normal();
    if (random.uniform() < 0.03) return NaN;
    const below = limit[j] ?? -Infinity;
    if (measured >= below) return measured;
    limits[j] = below;
    return below - 0.5;
  });
  return { values, limits };
};

/** Least-squares slope a month; NaN with fewer than 2 values. */
const slopeOf = (times: readonly number[], values: readonly number[]): number => {
  const known = times.flatMap((time, k) => {
    const value = values[k] ?? NaN;
    return Number.isNaN(value) ? [] : [{ time, value }];
  });
  if (known.length < 2) return NaN;
  const middle = known.reduce((sum, { time }) => sum + time, 0) / known.length;
  const above = known.reduce((sum, { time, value }) => sum + (time - middle) * value, 0);
  return above / known.reduce((sum, { time }) => sum + (time - middle) ** 2, 0);
};

const featuresOf = (latest: Draw, baseline: Draw | undefined, times: number[], draws: Draw[]): number[] => [
  ...latest.values,
  ...latest.values.map((value, j) => value - (baseline?.values[j] ?? NaN)),
  ...latest.values.map((_, j) =>
    slopeOf(
      times,
      draws.map(({ values }) => values[j] ?? NaN),
    ),
  ),
  ...latest.limits,
  ...latest.values.map((_, j) => baseline?.limits[j] ?? NaN),
];

/** Patients with draws at every landmark, and their rows as the modality gives them. */
export function drawPanels(options: Panels): DrawnPanels {
  const { patients, seed, analytes = 60, informative = 8, signal = 1 } = options;
  const layout: PanelLayout = panelLayout(namesOf(analytes));
  const population = populationOf(analytes, informative);
  const random = createRandom(seed);
  const rows: { patient: number; landmark: number; time: number; event: number; burden: number }[] = [];
  const x: number[] = [];
  for (let patient = 0; patient < patients; patient++) {
    const burden = random.normal();
    const own = Float64Array.from({ length: analytes }, () => random.normal());
    const months = (random.exponential() * 60) / Math.exp(signal * burden);
    const seenUntil = 30 + 40 * random.uniform();
    const end = Math.min(months, seenUntil);
    const baseline = random.uniform() < 0.1 ? undefined : drawPanel(population, own, 0.3 * burden, random);
    const draws: Draw[] = [];
    for (const [landmark, start] of LANDMARKS.entries()) {
      if (end <= start) break;
      draws.push(drawPanel(population, own, burden, random));
      const latest = draws.at(-1);
      if (latest === undefined) break;
      x.push(...featuresOf(latest, baseline, LANDMARKS.slice(0, landmark + 1), draws));
      const time = Math.min(end - start, HORIZON);
      rows.push({
        patient,
        landmark,
        time,
        event: Number(months <= seenUntil && months - start <= HORIZON),
        burden,
      });
    }
  }
  const folds = Int32Array.from({ length: patients }, (_, patient) => patient % 5);
  return {
    rows: { layout, x: Float64Array.from(x) },
    patient: Int32Array.from(rows, ({ patient }) => patient),
    landmark: Int32Array.from(rows, ({ landmark }) => landmark),
    fold: Int32Array.from(rows, ({ patient }) => folds[patient] ?? 0),
    data: {
      time: Float64Array.from(rows, ({ time }) => time),
      event: Uint8Array.from(rows, ({ event }) => event),
    },
    horizonMonths: HORIZON,
    burden: Float64Array.from(rows, ({ burden }) => burden),
  };
}
