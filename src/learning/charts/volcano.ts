/* eslint-disable @typescript-eslint/no-non-null-assertion -- arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { placeLabels } from './label-layout.ts';
import {
  COLOURS,
  draw,
  FAINT,
  INK,
  type Picture,
  type PictureText,
  requireFiniteValues,
  requireRows,
} from './picture.ts';

export interface VolcanoRow {
  readonly name: string;
  /** Size and direction of the effect, in the units that the axis names. */
  readonly effect: number;
  /** False discovery rate, in [0, 1]. */
  readonly qValue: number;
  /** Given its name in the picture; where no row says so, the rows of least q below the limit are. */
  readonly selected?: boolean;
}

export interface VolcanoText extends PictureText {
  /** What an effect is and which way is up, for example "log2 fold change (recurred / not)". */
  readonly effectAxis: string;
  /** The line of significance; default 0.05. */
  readonly qLimit?: number;
  /** A line on either side of no effect; none by default. */
  readonly effectLimit?: number;
  /** At most so many names; default 14. */
  readonly names?: number;
}

const SIZE = { width: 560, height: 400 };
const FONT_SIZE = 11;
/** Where q underflows to 0: the least that is drawn. */
const LEAST_Q = 1e-300;

const check = (rows: readonly VolcanoRow[]): void => {
  requireRows('rows', rows);
  requireFiniteValues(
    'effect of row',
    rows.map(({ effect }) => effect),
  );
  const wrong = rows.findIndex(({ qValue }) => !(qValue >= 0 && qValue <= 1));
  if (wrong >= 0)
    throw new CdsError('LEARNING_INPUT_INVALID', `chart: qValue of row ${wrong} is not in [0, 1]`);
};

/**
 * Volcano plot: effect against -log10 q of every feature, the named ones with their names.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID: no rows, an effect that is not finite, q outside [0, 1]
 */
export function volcanoPlot(rows: readonly VolcanoRow[], text: VolcanoText): Promise<Picture> {
  check(rows);
  const { qLimit = 0.05, effectLimit, names = 14 } = text;
  const widest = 1.12 * Math.max(effectLimit ?? 0, ...rows.map(({ effect }) => Math.abs(effect)), 1e-9);
  const height = (q: number): number => -Math.log10(Math.max(q, LEAST_Q));
  const highest = 1.15 * Math.max(height(qLimit), ...rows.map(({ qValue }) => height(qValue)));
  const significant = (row: VolcanoRow): boolean =>
    row.qValue < qLimit && Math.abs(row.effect) >= (effectLimit ?? 0);
  const group = (row: VolcanoRow): string => {
    if (!significant(row)) return 'not significant';
    return row.effect > 0 ? 'higher' : 'lower';
  };
  const points = rows.map((row) => ({
    name: row.name,
    effect: row.effect,
    strength: height(row.qValue),
    group: group(row),
  }));
  const pixel = (effect: number, strength: number): { x: number; y: number } => ({
    x: ((effect + widest) / (2 * widest)) * SIZE.width,
    y: (1 - strength / highest) * SIZE.height,
  });
  const chosen = rows.some(({ selected }) => selected === true)
    ? rows.filter(({ selected }) => selected === true)
    : rows.filter(significant);
  const labels = placeLabels(
    chosen
      .toSorted((a, b) => a.qValue - b.qValue || Math.abs(b.effect) - Math.abs(a.effect))
      .slice(0, names)
      .map((row) => ({ name: row.name, ...pixel(row.effect, height(row.qValue)) })),
    points.map(({ effect, strength }) => pixel(effect, strength)),
    { ...SIZE, fontSize: FONT_SIZE, lines: [pixel(0, height(qLimit)).y] },
  );
  const back = (x: number, y: number): { effect: number; strength: number } => ({
    effect: (x / SIZE.width) * 2 * widest - widest,
    strength: (1 - y / SIZE.height) * highest,
  });
  const named = labels.map((label) => {
    const [place, edge] = [back(label.labelX, label.labelY), back(label.edgeX, label.edgeY)];
    return {
      name: label.name,
      ...back(label.x, label.y),
      labelEffect: place.effect,
      labelStrength: place.strength,
      edgeEffect: edge.effect,
      edgeStrength: edge.strength,
      away: label.away,
    };
  });
  const x = {
    field: 'effect',
    type: 'quantitative',
    scale: { domain: [-widest, widest], nice: false },
    title: text.effectAxis,
  };
  const y = {
    field: 'strength',
    type: 'quantitative',
    scale: { domain: [0, highest], nice: false },
    title: '-log10 q',
  };
  const dashed = { type: 'rule', strokeDash: [5, 4], color: FAINT };
  const counts = ['higher', 'lower'].map((name) => points.filter((point) => point.group === name).length);
  const spec = {
    ...SIZE,
    layer: [
      {
        data: { values: [{ effect: 0 }] },
        mark: { type: 'rule', color: '#c8c8c8' },
        encoding: { x: { ...x, axis: { grid: false } } },
      },
      {
        data: { values: [{ strength: height(qLimit) }] },
        mark: dashed,
        encoding: { y: { ...y, axis: { grid: false } } },
      },
      {
        data: { values: [{ strength: height(qLimit), said: `q = ${String(qLimit)}` }] },
        // Right of the plot, where no point's name can be.
        mark: { type: 'text', align: 'left', baseline: 'middle', color: '#555555', x: SIZE.width + 4 },
        encoding: { y, text: { field: 'said' } },
      },
      ...(effectLimit === undefined
        ? []
        : [
            {
              data: { values: [{ effect: -effectLimit }, { effect: effectLimit }] },
              mark: dashed,
              encoding: { x },
            },
          ]),
      {
        data: { values: named.filter(({ away }) => away) },
        mark: { type: 'rule', color: FAINT, strokeWidth: 0.7 },
        encoding: { x, y, x2: { field: 'edgeEffect' }, y2: { field: 'edgeStrength' } },
      },
      {
        data: { values: points },
        mark: { type: 'point', filled: true, size: 38, opacity: 0.8 },
        encoding: {
          x,
          y,
          color: {
            field: 'group',
            type: 'nominal',
            legend: {
              title: null,
              orient: 'top',
              symbolSize: 60,
              symbolOpacity: 1,
              values: ['higher', 'lower', 'not significant'],
            },
            scale: {
              domain: ['higher', 'lower', 'not significant'],
              range: [COLOURS[1], COLOURS[0], '#b5b5b5'],
            },
          },
          shape: {
            field: 'group',
            type: 'nominal',
            scale: {
              domain: ['higher', 'lower', 'not significant'],
              range: ['triangle-up', 'triangle-down', 'circle'],
            },
          },
        },
      },
      {
        data: { values: named },
        mark: {
          type: 'text',
          align: 'center',
          baseline: 'middle',
          fontSize: FONT_SIZE,
          color: INK,
          stroke: 'white',
          strokeWidth: 3,
          strokeJoin: 'round',
        },
        encoding: {
          x: { ...x, field: 'labelEffect' },
          y: { ...y, field: 'labelStrength' },
          text: { field: 'name' },
        },
      },
      {
        data: { values: named },
        mark: { type: 'text', align: 'center', baseline: 'middle', fontSize: FONT_SIZE, color: INK },
        encoding: {
          x: { ...x, field: 'labelEffect' },
          y: { ...y, field: 'labelStrength' },
          text: { field: 'name' },
        },
      },
    ],
  };
  const said =
    `Volcano plot of ${rows.length} features, ${text.effectAxis} against -log10 q: ${counts[0]!} higher and ` +
    `${counts[1]!} lower at q < ${qLimit}.`;
  return draw(spec, text, said);
}
