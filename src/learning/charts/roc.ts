import { CdsError } from '../../domain/index.ts';
import {
  COLOURS,
  draw,
  FAINT,
  type Picture,
  type PictureText,
  requireFiniteValues,
  requireRows,
} from './picture.ts';

export interface RocCurve {
  readonly name: string;
  /** 1 - specificity, ascending from 0 to 1. */
  readonly falsePositiveRate: ArrayLike<number>;
  readonly truePositiveRate: ArrayLike<number>;
  /** A pointwise band at the same false-positive rates. */
  readonly lower?: ArrayLike<number>;
  readonly upper?: ArrayLike<number>;
  /** Area with its 95 % interval, for the legend. */
  readonly area: { readonly value: number; readonly lower: number; readonly upper: number };
}

const check = (curves: readonly RocCurve[]): void => {
  requireRows('curves', curves);
  for (const { name, falsePositiveRate, truePositiveRate, lower, upper } of curves) {
    for (const values of [truePositiveRate, lower, upper])
      if (values !== undefined && values.length !== falsePositiveRate.length)
        throw new CdsError('LEARNING_INPUT_INVALID', `chart: the rates of ${name} differ in length`);
    requireFiniteValues(`rate of ${name}`, [
      ...Array.from(falsePositiveRate),
      ...Array.from(truePositiveRate),
    ]);
  }
  if (curves.length > COLOURS.length)
    throw new CdsError('LEARNING_INPUT_INVALID', `chart: more than ${COLOURS.length} curves`);
};

const share = (value: number): string => value.toFixed(3);

/**
 * ROC curves with their bands; the legend gives each area with its interval.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID: no curves, more than 7, lengths that differ, a rate that is not finite
 */
export function rocPlot(curves: readonly RocCurve[], text: PictureText): Promise<Picture> {
  check(curves);
  const legendOf = ({ name, area }: RocCurve): string =>
    `${name}: AUC ${share(area.value)} (${share(area.lower)} to ${share(area.upper)})`;
  const names = curves.map(legendOf);
  const points = curves.flatMap((curve) =>
    Array.from(curve.falsePositiveRate, (rate, at) => ({
      curve: legendOf(curve),
      rate,
      sensitivity: curve.truePositiveRate[at],
      ...(curve.lower !== undefined &&
        curve.upper !== undefined && { lower: curve.lower[at], upper: curve.upper[at] }),
    })),
  );
  const x = { field: 'rate', type: 'quantitative', title: '1 - specificity', scale: { domain: [0, 1] } };
  const y = { field: 'sensitivity', type: 'quantitative', title: 'sensitivity', scale: { domain: [0, 1] } };
  const legend = {
    title: null,
    orient: 'bottom',
    direction: 'vertical',
    symbolType: 'stroke',
    symbolStrokeWidth: 3,
    symbolOpacity: 1,
  };
  const color = {
    field: 'curve',
    type: 'nominal',
    legend,
    scale: { domain: names, range: COLOURS.slice(0, names.length) },
  };
  const band = points.filter((point) => 'lower' in point);
  const spec = {
    width: 380,
    height: 380,
    layer: [
      {
        data: {
          values: [
            { rate: 0, sensitivity: 0 },
            { rate: 1, sensitivity: 1 },
          ],
        },
        mark: { type: 'line', strokeDash: [5, 4], color: FAINT, strokeWidth: 1 },
        encoding: { x, y },
      },
      ...(band.length === 0
        ? []
        : [
            {
              data: { values: band },
              mark: { type: 'area', opacity: 0.15, interpolate: 'linear' },
              encoding: { x, y: { ...y, field: 'lower' }, y2: { field: 'upper' }, color },
            },
          ]),
      {
        data: { values: points.map((point, order) => ({ ...point, order })) },
        mark: { type: 'line', strokeWidth: 2.2 },
        encoding: { x, y, color, order: { field: 'order', type: 'quantitative' } },
      },
    ],
  };
  return draw(spec, text, `ROC curves. ${names.join('; ')}.`);
}
