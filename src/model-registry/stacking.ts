import type { FloatTensor } from '../domain/index.ts';
import type { Tensors } from './messages.ts';

const sizeOf = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

/** Tensors of equal shape, one after the other along the first axis. */
const stacked = (tensors: readonly FloatTensor[]): FloatTensor => {
  const [first] = tensors;
  if (first === undefined) throw new Error('nothing to stack');
  if (tensors.length === 1) return first;
  const data = new Float32Array(tensors.reduce((sum, each) => sum + each.data.length, 0));
  let at = 0;
  let rows = 0;
  for (const each of tensors) {
    if (each.dims.slice(1).join() !== first.dims.slice(1).join()) throw new Error('shapes differ');
    data.set(each.data, at);
    at += each.data.length;
    rows += each.dims[0] ?? 0;
  }
  return { data, dims: [rows, ...first.dims.slice(1)] };
};

/** The inputs of several questions as those of one run. */
export const stack = (questions: readonly Tensors[]): Tensors =>
  Object.fromEntries(
    Object.keys(questions[0] ?? {}).map((name) => [
      name,
      stacked(
        questions.map((each) => {
          const tensor = each[name];
          if (tensor === undefined) throw new Error(`no input ${name}`);
          return tensor;
        }),
      ),
    ]),
  );

/** The rows of each question: how long its inputs are along the first axis. */
export const rowsOf = (questions: readonly Tensors[]): readonly number[] =>
  questions.map((each) => Object.values(each)[0]?.dims[0] ?? 1);

/** The outputs of one run, as the answers to its questions; each a copy of its own. */
export const unstack = (outputs: Tensors, rows: readonly number[]): readonly Tensors[] => {
  const total = rows.reduce((sum, each) => sum + each, 0);
  let start = 0;
  return rows.map((count) => {
    const from = start;
    start += count;
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data, dims }]) => {
        // An output without the axis belongs to all.
        if (rows.length > 1 && dims[0] !== total) throw new Error('an output has another number of rows');
        const row = sizeOf(dims.slice(1));
        return rows.length === 1
          ? [name, { data: data.slice(), dims: [...dims] }]
          : [name, { data: data.slice(from * row, start * row), dims: [count, ...dims.slice(1)] }];
      }),
    );
  });
};
