import { CdsError } from '../../domain/index.ts';
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

export interface CalibrationGroup {
  /** Mean predicted risk of the group, in [0, 1]. */
  readonly predicted: number;
  /** Observed risk (at a horizon: 1 - Kaplan-Meier) with its 95 % interval. */
  readonly observed: number;
  readonly lower: number;
  readonly upper: number;
}

export interface CalibrationInput extends PictureText {
  /** For example tenths of the predicted risk. */
  readonly groups: readonly CalibrationGroup[];
  /** A smoothed curve, predicted ascending. */
  readonly curve?: readonly { readonly predicted: number; readonly observed: number }[];
  /** All predictions, for the marks under the plot. */
  readonly predictions?: ArrayLike<number>;
  /** Written into the plot, for example "slope 1.02, ICI 0.013". */
  readonly note?: string;
}

const check = ({ groups, curve = [], predictions = [] }: CalibrationInput): void => {
  requireRows('groups', groups);
  const all = [
    ...groups.flatMap(({ predicted, observed, lower, upper }) => [predicted, observed, lower, upper]),
    ...curve.flatMap(({ predicted, observed }) => [predicted, observed]),
    ...Array.from(predictions),
  ];
  requireFiniteValues('risk', all);
  if (all.some((risk) => risk < 0 || risk > 1))
    throw new CdsError('LEARNING_INPUT_INVALID', 'chart: a risk is not in [0, 1]');
};

/**
 * Calibration: observed against predicted risk by groups, with intervals, beside the diagonal.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID: no groups, a risk outside [0, 1]
 */
export function calibrationPlot(input: CalibrationInput): Promise<Picture> {
  check(input);
  const { groups, curve = [], predictions = [], note } = input;
  const most = Math.max(
    ...groups.flatMap(({ predicted, upper }) => [predicted, upper]),
    ...Array.from(predictions),
  );
  const end = Math.min(1, Math.ceil(most * 10 + 0.2) / 10);
  const scale = { domain: [0, end], nice: false };
  const axis = { format: '.0%' };
  const x = { field: 'predicted', type: 'quantitative', title: 'predicted risk', scale, axis };
  const y = { field: 'observed', type: 'quantitative', title: 'observed risk', scale, axis };
  const spec = {
    width: 380,
    height: 380,
    layer: [
      {
        data: {
          values: [
            { predicted: 0, observed: 0 },
            { predicted: end, observed: end },
          ],
        },
        mark: { type: 'line', strokeDash: [5, 4], color: FAINT, strokeWidth: 1 },
        encoding: { x, y },
      },
      {
        data: { values: Array.from(predictions, (predicted) => ({ predicted })) },
        mark: { type: 'tick', color: '#555555', opacity: 0.35, size: 10, y: 374, orient: 'vertical' },
        encoding: { x },
      },
      {
        data: { values: curve },
        mark: { type: 'line', color: COLOURS[1], strokeWidth: 2, clip: true },
        encoding: { x, y },
      },
      {
        data: { values: groups },
        mark: { type: 'rule', color: COLOURS[0], strokeWidth: 1.6 },
        encoding: { x, y: { ...y, field: 'lower' }, y2: { field: 'upper' } },
      },
      {
        data: { values: groups },
        mark: {
          type: 'point',
          filled: true,
          size: 60,
          color: COLOURS[0],
          stroke: INK,
          strokeWidth: 0.5,
          opacity: 1,
        },
        encoding: { x, y },
      },
      ...(note === undefined
        ? []
        : [
            {
              data: { values: [{ note }] },
              mark: { type: 'text', x: 12, y: 14, align: 'left', fontSize: 12 },
              encoding: { text: { field: 'note' } },
            },
          ]),
    ],
  };
  const said = groups
    .map(
      ({ predicted, observed }) =>
        `${(100 * predicted).toFixed(0)} % predicted, ${(100 * observed).toFixed(0)} % observed`,
    )
    .join('; ');
  return draw(spec, input, `Calibration: ${said}.`);
}
