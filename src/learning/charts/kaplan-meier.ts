/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import {
  kaplanMeier,
  type KaplanMeierCurve,
  numbersAtRisk,
  type SurvivalData,
  survivalInterval,
} from '../../survival/index.ts';
import { COLOURS, draw, INK, type Picture, type PictureText, requireRows } from './picture.ts';

export interface SurvivalGroup {
  readonly name: string;
  /** Times in months. */
  readonly data: SurvivalData;
  /** The next of the room's colours where not given. */
  readonly colour?: string;
}

export interface KaplanMeierText extends PictureText {
  readonly horizonMonths: number;
  /** Of the log-rank test. */
  readonly pValue?: number;
  /** What a curve is the probability of; default "recurrence-free". */
  readonly survivalAxis?: string;
  readonly timeAxis?: string;
}

interface Step {
  readonly month: number;
  readonly survival: number;
  readonly lower: number;
  readonly upper: number;
  readonly group: string;
}

const SIZE = { width: 560, height: 320 };

/** The curve's corners within the horizon, from 1 at time 0. */
const stepsOf = (name: string, curve: KaplanMeierCurve, horizon: number): Step[] => {
  const steps: Step[] = [{ month: 0, survival: 1, lower: 1, upper: 1, group: name }];
  const { lower, upper } = survivalInterval(curve);
  curve.times.forEach((month, k) => {
    if (month > horizon || curve.events[k] === 0) return;
    const survival = curve.survival[k]!;
    // A curve at 0 has no interval: the band ends there.
    const band = survival === 0 ? { lower: 0, upper: 0 } : { lower: lower[k]!, upper: upper[k]! };
    steps.push({ month, survival, ...band, group: name });
  });
  const end = Math.min(horizon, curve.times.at(-1)!);
  return [...steps, { ...steps.at(-1)!, month: end }];
};

export const pValueText = (pValue: number): string => {
  if (pValue < 0.0001) return 'p < 0.0001';
  return `p = ${pValue < 0.01 ? pValue.toFixed(4) : pValue.toFixed(3)}`;
};

const tickMonths = (horizon: number): number[] => {
  const step = [1, 2, 3, 6, 12, 24, 36, 60, 120].find((each) => horizon / each <= 8) ?? 240;
  return Array.from({ length: Math.floor(horizon / step) + 1 }, (_, at) => at * step);
};

const check = (groups: readonly SurvivalGroup[], { horizonMonths, pValue }: KaplanMeierText): void => {
  requireRows('groups', groups);
  if (!(horizonMonths > 0 && Number.isFinite(horizonMonths)))
    throw new CdsError('LEARNING_INPUT_INVALID', 'chart: horizonMonths is not a positive number');
  if (groups.length > COLOURS.length)
    throw new CdsError('LEARNING_INPUT_INVALID', `chart: more than ${COLOURS.length} groups`);
  if (new Set(groups.map(({ name }) => name)).size !== groups.length)
    throw new CdsError('LEARNING_INPUT_INVALID', 'chart: two groups have one name');
  if (pValue !== undefined && !(pValue >= 0 && pValue <= 1))
    throw new CdsError('LEARNING_INPUT_INVALID', 'chart: pValue is not in [0, 1]');
};

/**
 * Kaplan-Meier curves with pointwise 95 % intervals (log-log, Greenwood), censoring marks, the numbers at risk
 * under the plot, and the log-rank test's p where it is given. A group's curve ends with its last observation.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID: no groups, more than 7, two of one name; SURVIVAL_INPUT_INVALID
 */
export function kaplanMeierPlot(groups: readonly SurvivalGroup[], text: KaplanMeierText): Promise<Picture> {
  check(groups, text);
  const {
    horizonMonths: horizon,
    pValue,
    survivalAxis = 'recurrence-free',
    timeAxis = 'months after surgery',
  } = text;
  const curves = groups.map(({ name, data }) => ({ name, curve: kaplanMeier(data) }));
  const steps = curves.flatMap(({ name, curve }) => stepsOf(name, curve, horizon));
  const marks = curves.flatMap(({ name, curve }) =>
    Array.from(curve.times, (month, k) => ({ month, survival: curve.survival[k]!, group: name, k }))
      .filter(({ month, k }) => month <= horizon && curve.censored[k]! > 0)
      .map(({ k: _k, ...mark }) => mark),
  );
  const ticks = tickMonths(horizon);
  const names = groups.map(({ name }) => name);
  const atRisk = groups.flatMap(({ name, data }) => {
    const numbers = numbersAtRisk(data, Float64Array.from(ticks));
    return ticks.map((month, k) => ({ group: name, month, atRisk: numbers[k]! }));
  });
  const scale = { domain: [0, horizon], nice: false };
  const colour = {
    field: 'group',
    type: 'nominal',
    scale: { domain: names, range: groups.map(({ colour: own }, at) => own ?? COLOURS[at]!) },
  };
  const legend = {
    title: null,
    orient: 'top',
    symbolType: 'stroke',
    symbolStrokeWidth: 3,
    symbolOpacity: 1,
    values: names,
    columns: 3,
  };
  const x = {
    field: 'month',
    type: 'quantitative',
    scale,
    title: timeAxis,
    axis: { values: ticks, grid: false },
  };
  const y = {
    field: 'survival',
    type: 'quantitative',
    scale: { domain: [0, 1] },
    title: survivalAxis,
    axis: { format: '.0%' },
  };
  const curvePlot = {
    ...SIZE,
    layer: [
      {
        data: { values: steps },
        mark: { type: 'area', interpolate: 'step-after', opacity: 0.15, clip: true },
        encoding: { x, y: { ...y, field: 'lower' }, y2: { field: 'upper' }, color: { ...colour, legend } },
      },
      {
        data: { values: steps },
        mark: { type: 'line', interpolate: 'step-after', strokeWidth: 2.2, clip: true },
        encoding: { x, y, color: { ...colour, legend } },
      },
      {
        data: { values: marks },
        mark: { type: 'tick', orient: 'vertical', size: 9, thickness: 1.3, opacity: 1 },
        encoding: { x, y, color: { ...colour, legend } },
      },
      ...(pValue === undefined
        ? []
        : [
            {
              data: { values: [{ said: `log-rank ${pValueText(pValue)}` }] },
              mark: { type: 'text', x: 10, y: SIZE.height - 14, align: 'left', fontSize: 12, color: INK },
              encoding: { text: { field: 'said' } },
            },
          ]),
    ],
  };
  const table = {
    title: { text: 'Number at risk', fontSize: 12, fontWeight: 'normal', offset: 6 },
    width: SIZE.width,
    height: { step: 20 },
    data: { values: atRisk },
    mark: { type: 'text', fontSize: 12 },
    encoding: {
      x: { ...x, axis: null },
      y: {
        field: 'group',
        type: 'nominal',
        sort: names,
        title: null,
        axis: { ticks: false, domain: false, grid: false, labelPadding: 22 },
      },
      text: { field: 'atRisk' },
      color: { ...colour, legend },
    },
  };
  const said = `Kaplan-Meier curves to ${horizon} months: ${curves
    .map(
      ({ name }) =>
        `${name} ${(100 * steps.findLast(({ group }) => group === name)!.survival).toFixed(0)} % ${survivalAxis} at the end`,
    )
    .join(', ')}${pValue === undefined ? '' : `; log-rank ${pValueText(pValue)}`}.`;
  return draw({ vconcat: [curvePlot, table], spacing: 12 }, text, said);
}
