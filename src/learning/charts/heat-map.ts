/* eslint-disable @typescript-eslint/no-non-null-assertion -- arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { dendrogramLines, type Merges } from './dendrogram.ts';
import { CLUSTER_COLOURS, position, runsOf, STRIP, stripLayer, type Strip } from './heat-map-strips.ts';
import { CHARACTER_WIDTH, COLOURS, draw, type Picture, type PictureText, type Spec } from './picture.ts';

export interface HeatMapInput extends PictureText {
  /** z-scores, shape (rows x columns), row-major: features down, samples across. NaN is drawn grey. */
  readonly values: Float64Array;
  readonly rowNames: readonly string[];
  readonly columns: number;
  /** In which order rows and columns are drawn; as they are by default. */
  readonly rowOrder?: ArrayLike<number>;
  readonly columnOrder?: ArrayLike<number>;
  /** Drawn as dendrograms; their leaves' order must be the order above. */
  readonly rowMerges?: Merges;
  readonly columnMerges?: Merges;
  /** One coloured strip each above the samples: a group's name a column. */
  readonly columnGroups?: readonly string[];
  readonly columnGroupsTitle?: string;
  readonly columnClusters?: readonly string[];
  /** A strip beside the features. */
  readonly rowClusters?: readonly string[];
  /** Colours end here; default 3. */
  readonly limit?: number;
  readonly scaleTitle?: string;
}

/** ColorBrewer's RdBu from blue to red: colour-blind readers can tell its ends apart. */
const DIVERGING = ['#2166ac', '#67a9cf', '#d1e5f0', '#f7f7f7', '#fddbc7', '#ef8a62', '#b2182b'];
const TREE = 60;

const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', `chart: ${detail}`);
};

const checkOrder = (name: string, order: ArrayLike<number> | undefined, count: number): number[] => {
  const given = order === undefined ? Array.from({ length: count }, (_, at) => at) : Array.from(order);
  const sorted = given.toSorted((a, b) => a - b);
  if (given.length !== count || sorted.some((value, at) => value !== at))
    refuse(`${name} does not name each of ${count} once`);
  return given;
};

const checkLength = (name: string, values: readonly string[] | undefined, count: number): void => {
  if (values !== undefined && values.length !== count)
    refuse(`${name} has ${values.length} values, not ${count}`);
};

const check = (input: HeatMapInput): void => {
  const { values, columns, rowNames, columnGroups, columnClusters, rowClusters, limit = 3 } = input;
  if (rowNames.length === 0 || columns < 1) refuse('there are no cells');
  if (values.length !== rowNames.length * columns)
    refuse(`values has ${values.length} cells, not ${rowNames.length} x ${columns}`);
  checkLength('columnGroups', columnGroups, columns);
  checkLength('columnClusters', columnClusters, columns);
  checkLength('rowClusters', rowClusters, rowNames.length);
  if (!(limit > 0)) refuse('limit is not positive');
};

const lineLayer = (values: readonly object[]): Spec => ({
  data: { values },
  mark: { type: 'rule', color: '#555555', strokeWidth: 0.8 },
  encoding: {
    x: { field: 'x1', ...position },
    x2: { field: 'x2' },
    y: { field: 'y1', ...position },
    y2: { field: 'y2' },
  },
});

/** Everything's place, in pixels: trees and strips above and left of the cells, names right of them. */
const layoutOf = (input: HeatMapInput) => {
  const rows = input.rowNames.length;
  const cellWidth = Math.max(2, Math.min(14, 560 / input.columns));
  const cellHeight = Math.max(5, Math.min(16, 700 / rows));
  const strips = [input.columnGroups, input.columnClusters].filter((each) => each !== undefined).length;
  const left = (input.rowMerges === undefined ? 0 : TREE) + (input.rowClusters === undefined ? 0 : STRIP + 4);
  const top = (input.columnMerges === undefined ? 0 : TREE) + strips * (STRIP + 3);
  const named = cellHeight >= 7;
  const fontSize = Math.min(11, cellHeight);
  const longest = Math.max(...input.rowNames.map(({ length }) => length));
  const right = left + input.columns * cellWidth;
  const bottom = top + rows * cellHeight;
  const width = right + (named ? 8 + longest * fontSize * CHARACTER_WIDTH : 0);
  return { cellWidth, cellHeight, left, top, right, bottom, width, height: bottom, named, fontSize };
};

type Layout = ReturnType<typeof layoutOf>;

const columnStrips = (input: HeatMapInput, layout: Layout, order: readonly number[]): Strip[] => {
  const given = [
    {
      title: input.columnGroupsTitle ?? 'group',
      channel: 'sampleGroup',
      of: input.columnGroups,
      colours: COLOURS,
    },
    {
      title: 'cluster of samples',
      channel: 'sampleCluster',
      of: input.columnClusters,
      colours: CLUSTER_COLOURS,
    },
  ].flatMap(({ of, ...rest }) => (of === undefined ? [] : [{ of, ...rest }]));
  return given.map(({ of, ...rest }, at) => {
    const top = layout.top - (given.length - at) * (STRIP + 3);
    const boxes = runsOf(order.map((column) => of[column]!)).map(({ group, from, to }) => ({
      group,
      left: layout.left + from * layout.cellWidth,
      right: layout.left + to * layout.cellWidth,
      top,
      bottom: top + STRIP,
    }));
    return { ...rest, boxes };
  });
};

const rowStrip = ({ rowClusters }: HeatMapInput, layout: Layout, order: readonly number[]): Strip[] => {
  if (rowClusters === undefined) return [];
  const boxes = runsOf(order.map((row) => rowClusters[row]!)).map(({ group, from, to }) => ({
    group,
    left: layout.left - STRIP - 3,
    right: layout.left - 3,
    top: layout.top + from * layout.cellHeight,
    bottom: layout.top + to * layout.cellHeight,
  }));
  return [
    { title: 'cluster of features', channel: 'featureCluster', boxes, colours: CLUSTER_COLOURS.toReversed() },
  ];
};

const trees = (
  input: HeatMapInput,
  layout: Layout,
  rows: readonly number[],
  columns: readonly number[],
): object[] => {
  const { left, top, cellWidth, cellHeight } = layout;
  const beside = input.rowMerges === undefined ? [] : dendrogramLines(input.rowMerges, rows);
  const above = input.columnMerges === undefined ? [] : dendrogramLines(input.columnMerges, columns);
  const across = (height: number): number => (TREE - 4) * (1 - height);
  return [
    ...beside.map(({ from, to, low, high }) => ({
      y1: top + (from + 0.5) * cellHeight,
      y2: top + (to + 0.5) * cellHeight,
      x1: Math.min(left, across(low)),
      x2: Math.min(left, across(high)),
    })),
    ...above.map(({ from, to, low, high }) => ({
      x1: left + (from + 0.5) * cellWidth,
      x2: left + (to + 0.5) * cellWidth,
      y1: across(low),
      y2: across(high),
    })),
  ];
};

const cells = (
  input: HeatMapInput,
  layout: Layout,
  rows: readonly number[],
  columns: readonly number[],
): object[] => {
  const { limit = 3, values } = input;
  return rows.flatMap((row, down) =>
    columns.map((column, along) => {
      const value = values[row * input.columns + column]!;
      return {
        // A hair's breadth of overlap: no seams between cells where a renderer smooths edges.
        left: layout.left + along * layout.cellWidth,
        right: layout.left + (along + 1) * layout.cellWidth + (along + 1 < columns.length ? 0.3 : 0),
        top: layout.top + down * layout.cellHeight,
        bottom: layout.top + (down + 1) * layout.cellHeight + (down + 1 < rows.length ? 0.3 : 0),
        z: Number.isNaN(value) ? null : Number(Math.max(-limit, Math.min(limit, value)).toFixed(3)),
      };
    }),
  );
};

/**
 * Heat map of z-scores, features down and samples across, with dendrograms and strips of groups and clusters.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID: lengths that differ, an order that is none
 */
export function heatMap(input: HeatMapInput): Promise<Picture> {
  check(input);
  const { limit = 3, columns, rowNames } = input;
  const rowOrder = checkOrder('rowOrder', input.rowOrder, rowNames.length);
  const columnOrder = checkOrder('columnOrder', input.columnOrder, columns);
  const layout = layoutOf(input);
  const x = { field: 'left', ...position, scale: { domain: [0, layout.width], nice: false, zero: false } };
  const y = { field: 'top', ...position, scale: { domain: [layout.height, 0], nice: false, zero: false } };
  const box = { x, x2: { field: 'right' }, y, y2: { field: 'bottom' } };
  const scale = { type: 'linear', domain: [-limit, limit], range: DIVERGING, interpolate: 'lab' };
  const names = rowOrder.map((row, down) => ({
    left: layout.right + 6,
    top: layout.top + (down + 0.5) * layout.cellHeight,
    name: rowNames[row]!,
  }));
  const missing = input.values.some(Number.isNaN);
  const spec = {
    width: layout.width,
    height: layout.height,
    resolve: {
      scale: { fill: 'independent', color: 'independent' },
      legend: { fill: 'independent', color: 'independent' },
    },
    layer: [
      ...(missing
        ? [
            {
              data: {
                values: [{ left: layout.left, right: layout.right, top: layout.top, bottom: layout.bottom }],
              },
              mark: { type: 'rect', color: '#9a9a9a' },
              encoding: box,
            },
          ]
        : []),
      {
        data: { values: cells(input, layout, rowOrder, columnOrder) },
        transform: [{ filter: 'datum.z !== null' }],
        mark: { type: 'rect' },
        encoding: {
          ...box,
          color: {
            field: 'z',
            type: 'quantitative',
            scale,
            legend: {
              title: input.scaleTitle ?? 'z-score',
              orient: 'right',
              gradientLength: 120,
              tickCount: 5,
            },
          },
        },
      },
      ...[...columnStrips(input, layout, columnOrder), ...rowStrip(input, layout, rowOrder)].map(stripLayer),
      lineLayer(trees(input, layout, rowOrder, columnOrder)),
      ...(layout.named
        ? [
            {
              data: { values: names },
              mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: layout.fontSize },
              encoding: { x, y, text: { field: 'name' } },
            },
          ]
        : []),
    ],
  };
  return draw(spec, input, `Heat map of ${rowNames.length} features (rows) in ${columns} samples, z-scores.`);
}
