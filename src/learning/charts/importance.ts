import {
  COLOURS,
  draw,
  INK,
  type Picture,
  type PictureText,
  requireFiniteValues,
  requireRows,
} from './picture.ts';

export interface ImportanceRow {
  readonly name: string;
  readonly importance: number;
  /** An interval, or the range over folds or seeds. */
  readonly lower?: number;
  readonly upper?: number;
}

export interface ImportanceText extends PictureText {
  /** What an importance is, for example "loss of AUC when permuted". */
  readonly importanceAxis?: string;
  /** At most so many rows, the greatest; default 20. */
  readonly rows?: number;
}

/**
 * Importances, the greatest at the top, as dots with their intervals.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID: no rows, a value that is not finite
 */
export function importancePlot(rows: readonly ImportanceRow[], text: ImportanceText): Promise<Picture> {
  requireRows('rows', rows);
  requireFiniteValues(
    'importance of row',
    rows.map(({ importance }) => importance),
  );
  requireFiniteValues(
    'lower bound of row',
    rows.map(({ lower = 0 }) => lower),
  );
  requireFiniteValues(
    'upper bound of row',
    rows.map(({ upper = 0 }) => upper),
  );
  const shown = rows
    .toSorted((a, b) => b.importance - a.importance)
    .slice(0, text.rows ?? 20)
    .map((row, rank) => ({
      ...row,
      // Two features may have one name.
      rank,
      lower: row.lower ?? row.importance,
      upper: row.upper ?? row.importance,
    }));
  const names = Object.fromEntries(shown.map(({ rank, name }) => [String(rank), name]));
  const y = {
    field: 'rank',
    type: 'ordinal',
    title: null,
    axis: {
      labelExpr: `${JSON.stringify(names)}[datum.value]`,
      ticks: false,
      domain: false,
      grid: true,
      gridColor: '#f0f0f0',
    },
  };
  const title = text.importanceAxis ?? 'importance';
  const x = { field: 'importance', type: 'quantitative', title, scale: { nice: true, zero: true } };
  const spec = {
    width: 430,
    height: { step: 20 },
    data: { values: shown },
    layer: [
      { mark: { type: 'rule', color: '#bbbbbb' }, encoding: { x: { datum: 0, type: 'quantitative' } } },
      {
        mark: { type: 'rule', color: COLOURS[0], strokeWidth: 2 },
        encoding: { y, x: { ...x, field: 'lower' }, x2: { field: 'upper' } },
      },
      {
        mark: {
          type: 'point',
          filled: true,
          size: 55,
          color: COLOURS[0],
          stroke: INK,
          strokeWidth: 0.5,
          opacity: 1,
        },
        encoding: { y, x },
      },
    ],
  };
  const said = `Importance of ${rows.length} features (${title}); the greatest: ${shown
    .slice(0, 5)
    .map(({ name, importance }) => `${name} ${importance.toPrecision(2)}`)
    .join(', ')}.`;
  return draw(spec, text, said);
}
