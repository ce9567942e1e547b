import type { GraphBuilder } from '../onnx/index.ts';
import { MILLS_SERIES } from './preprocess/index.ts';

/** TensorProto.DataType, for Cast. */
export const FLOAT32 = 1;
export const INT64 = 7;
export const FLOAT64 = 11;

/** Constants that the graph's parts share, made once. */
export interface Constants {
  readonly scalar: (value: number) => string;
  readonly integers: (...values: readonly number[]) => string;
}

export const constantsOf = (graph: GraphBuilder): Constants => {
  const known = new Map<string, string>();
  const once = (key: string, make: () => string): string => {
    const name = known.get(key) ?? make();
    known.set(key, name);
    return name;
  };
  return {
    scalar: (value) =>
      once(`scalar:${String(value)}`, () =>
        graph.initializer(`scalar:${String(value)}`, Float64Array.of(value), [1]),
      ),
    integers: (...values) =>
      once(`integers:${values.join(',')}`, () =>
        graph.initializer(`integers:${values.join(',')}`, BigInt64Array.from(values, BigInt), [
          values.length,
        ]),
      ),
  };
};

/** Columns on [from, until) of the last axis of a value. */
export const sliceLast = (
  graph: GraphBuilder,
  { integers }: Constants,
  value: string,
  from: number,
  until: number,
): string => graph.op('Slice', [value, integers(from), integers(until), integers(-1)]);

/** Clenshaw's sum of the Chebyshev series of Mills' ratio at y >= 0, any shape. */
const addMillsRatio = (graph: GraphBuilder, { scalar }: Constants, y: string): string => {
  const { pole, coefficients } = MILLS_SERIES;
  const t = graph.op('Div', [graph.op('Sub', [scalar(pole), y]), graph.op('Add', [y, scalar(pole)])]);
  const twice = graph.op('Add', [t, t]);
  let next = scalar(coefficients.at(-1) ?? 0);
  let afterNext = scalar(0);
  for (let j = coefficients.length - 2; j > 0; j--) {
    const term = graph.op('Add', [graph.op('Mul', [twice, next]), scalar(coefficients[j] ?? 0)]);
    [next, afterNext] = [graph.op('Sub', [term, afterNext]), next];
  }
  const sum = graph.op('Add', [graph.op('Mul', [t, next]), scalar(coefficients[0] ?? 0)]);
  return graph.op('Div', [graph.op('Sub', [sum, afterNext]), graph.op('Add', [y, scalar(1)])]);
};

/**
 * Values below detection by their conditional mean, as `conditionalMean`; float64, broadcast over folds.
 *
 * @param draw names of the values and their limits, [N, 1, A]; of the lognormals' mean and sd, [1, F, A]
 * @returns [N, F, A]
 */
export const addImputation = (
  graph: GraphBuilder,
  constants: Constants,
  draw: { readonly values: string; readonly limits: string; readonly mean: string; readonly sd: string },
): string => {
  const { scalar } = constants;
  const { values, limits, mean, sd } = draw;
  const z = graph.op('Div', [graph.op('Sub', [limits, mean]), sd]);
  const ratio = addMillsRatio(graph, constants, graph.op('Abs', [z]));
  const square = graph.op('Mul', [graph.op('Mul', [z, z]), scalar(-0.5)]);
  const density = graph.op('Mul', [graph.op('Exp', [square]), scalar(1 / Math.sqrt(2 * Math.PI))]);
  const probability = graph.op('Sub', [scalar(1), graph.op('Mul', [density, ratio])]);
  const inverse = graph.op('Where', [
    graph.op('LessOrEqual', [z, scalar(0)]),
    graph.op('Div', [scalar(1), ratio]),
    graph.op('Div', [density, probability]),
  ]);
  const expected = graph.op('Sub', [mean, graph.op('Mul', [sd, inverse])]);
  const uncensored = graph.op('Or', [graph.op('IsNaN', [limits]), graph.op('IsNaN', [values])]);
  return graph.op('Where', [uncensored, values, expected]);
};

/** Above every log concentration, so that the missing sort last. */
const BEYOND = 1e300;

/**
 * Quotient normalisation, as `quotientNormalise`: less the median of what is measured.
 *
 * @param logs [N, F, A], or what broadcasts to it; NaN = missing
 * @param reference [1, F, A]
 */
export const addQuotients = (
  graph: GraphBuilder,
  { scalar, integers }: Constants,
  logs: string,
  reference: string,
  analytes: number,
): string => {
  const quotients = graph.op('Sub', [logs, reference]);
  const missing = graph.op('IsNaN', [quotients]);
  const filled = graph.op('Where', [missing, scalar(BEYOND), quotients]);
  const sorted = `sorted:${quotients}`;
  graph.node('TopK', [filled, integers(analytes)], [sorted, `order:${quotients}`], { axis: -1, largest: 0 });
  const measured = graph.op('Cast', [graph.op('Not', [missing])], { to: FLOAT64 });
  const count = graph.op('ReduceSum', [measured, integers(-1)], { keepdims: 1 });
  const at = (half: string): string => {
    const index = graph.op('Max', [graph.op('Floor', [graph.op('Mul', [half, scalar(0.5)])]), scalar(0)]);
    const position = graph.op('Cast', [index], { to: INT64 });
    return graph.op('GatherElements', [sorted, position], { axis: -1 });
  };
  const middle = graph.op('Add', [at(graph.op('Sub', [count, scalar(1)])), at(count)]);
  const median = graph.op('Mul', [middle, scalar(0.5)]);
  return graph.op('Sub', [graph.op('Add', [quotients, reference]), median]);
};
