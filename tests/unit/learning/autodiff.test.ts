import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adamW,
  add,
  concat,
  conv3d,
  createTape,
  createTrainingSession,
  gradients,
  groupNorm,
  matMul,
  maxPool3d,
  mul,
  NEXT,
  pad,
  reduceMean,
  reshape,
  slice,
  sub,
  sumAll,
  type Tape,
  transpose,
} from '../../../src/learning/autodiff/index.ts';
import { graphBuilder } from '../../../src/learning/onnx/index.ts';

const newTape = (): Tape => createTape(graphBuilder('test'));

describe('shapes are checked when a graph is built', () => {
  const cases: [string, (tape: Tape) => unknown][] = [
    ['shapes that do not broadcast', (t) => add(t.input('a', [2, 3]), t.input('b', [2, 2]))],
    ['two named dimensions', (t) => add(t.input('a', ['N']), t.input('b', ['M']))],
    ['a reshape that loses values', (t) => reshape(t.input('a', [2, 3]), [5])],
    ['a reshape to two named dimensions', (t) => reshape(t.input('a', ['N', 4]), ['N', 'M'])],
    ['an order of axes with one twice', (t) => transpose(t.input('a', [2, 3]), [0, 0])],
    ['a part beyond the end', (t) => slice(t.input('a', [4]), [{ axis: 0, from: 2, to: 5 }])],
    ['an empty part', (t) => slice(t.input('a', [4]), [{ axis: 0, from: 2, to: 2 }])],
    ['an axis that is not there', (t) => slice(t.input('a', [4]), [{ axis: 1, from: 0, to: 1 }])],
    ['a negative margin', (t) => pad(t.input('a', [4]), [{ axis: 0, before: -1, after: 0 }])],
    ['nothing to join', () => concat([], 0)],
    ['parts of other shapes', (t) => concat([t.input('a', [2, 3]), t.input('b', [3, 2])], 0)],
    ['a mean over a named dimension', (t) => reduceMean(t.input('a', ['N', 2]), [0])],
    ['matrices that do not fit', (t) => matMul(t.input('a', [2, 3]), t.input('b', [2, 3]))],
    ['a product of what is no matrix', (t) => matMul(t.input('a', [2, 3, 1]), t.input('b', [3, 1]))],
    ['a volume without channels', (t) => conv3d(t.input('x', [4, 4, 4]), t.input('w', [1, 1, 3, 3, 3]))],
    ['channels that differ', (t) => conv3d(t.input('x', [1, 2, 4, 4, 4]), t.input('w', [1, 1, 3, 3, 3]))],
    ['an even kernel', (t) => conv3d(t.input('x', [1, 1, 4, 4, 4]), t.input('w', [1, 1, 2, 2, 2]))],
    [
      'a padding as wide as the kernel',
      (t) => conv3d(t.input('x', [1, 1, 4, 4, 4]), t.input('w', [1, 1, 3, 3, 3]), { padding: 3 }),
    ],
    [
      'a kernel larger than the volume',
      (t) => conv3d(t.input('x', [1, 1, 4, 4, 4]), t.input('w', [1, 1, 5, 5, 5])),
    ],
    [
      'a pooling with more margin than volume',
      (t) => maxPool3d(t.input('x', [1, 1, 4, 4, 4]), { kernel: 3, stride: 2, padding: 2 }),
    ],
    [
      'groups that do not divide the channels',
      (t) => groupNorm(t.input('x', [1, 4, 2, 2, 2]), t.input('g', [4]), t.input('b', [4]), { groups: 3 }),
    ],
    ['a loss that is no scalar', (t) => gradients(t.parameter('p', [1]), [])],
    [
      'a loss apart from the parameter',
      (t) => gradients(sumAll(t.parameter('p', [2])), [t.parameter('q', [2])]),
    ],
    ['a learning rate that is no scalar', (t) => adamW(t, t.input('rate', [1]), t.input('step', []))],
  ];
  it.each(cases)('refuses %s', (_, build) => {
    expect(() => build(newTape())).toThrow(expect.objectContaining({ code: 'ONNX_INVALID' }));
  });
});

/** The least squares fit of y = a x + b by AdamW: parameters and moments stay in the session. */
const line = (): Uint8Array => {
  const graph = graphBuilder('line');
  const tape = createTape(graph);
  const x = tape.input('x', [4]);
  const names = ['a', 'b'] as const;
  const [a, b] = names.map((name) => tape.parameter(name, [1])) as [
    ReturnType<Tape['input']>,
    ReturnType<Tape['input']>,
  ];
  const residual = sub(add(mul(a, x), b), tape.input('y', [4]));
  const loss = sumAll(mul(residual, residual));
  const slopes = gradients(loss, [a, b]);
  const optimiser = adamW(tape, tape.input('learningRate', []), tape.input('step', []));
  [a, b].forEach((parameter, i) => {
    const moments = { first: tape.input(`m${i}`, [1]), second: tape.input(`v${i}`, [1]) };
    const next = optimiser.update(parameter, slopes[i]!, moments, 0);
    tape.output(`${NEXT}${parameter.name}`, next.parameter);
    tape.output(`${NEXT}m${i}`, next.first);
    tape.output(`${NEXT}v${i}`, next.second);
  });
  tape.output('loss', loss);
  return graph.build();
};

const points = { x: Float32Array.of(-1, 0, 1, 2), y: Float32Array.of(-1, 1, 3, 5) }; // y = 2 x + 1
const at = (step: number) => ({
  ...points,
  learningRate: Float32Array.of(0.1),
  step: Float32Array.of(step),
});

describe('createTrainingSession', () => {
  it('keeps parameters and moments between steps, so that they reach the minimum', async () => {
    const session = await createTrainingSession(line());
    expect([...session.inputs.keys()].sort()).toEqual(['learningRate', 'step', 'x', 'y']);
    let loss = Infinity;
    for (let step = 1; step <= 400; step++) loss = (await session.run(at(step)))['loss']![0]!;
    expect(loss).toBeLessThan(1e-6);
    expect(session.state().get('a')?.data[0]).toBeCloseTo(2, 3);
    expect(session.state().get('b')?.data[0]).toBeCloseTo(1, 3);
    await session.release();
  });

  it('goes on from a checkpoint with the same bits', async () => {
    const whole = await createTrainingSession(line());
    for (let step = 1; step <= 3; step++) await whole.run(at(step));
    const checkpoint = whole.state();
    for (let step = 4; step <= 6; step++) await whole.run(at(step));
    const resumed = await createTrainingSession(line());
    const copy = structuredClone(checkpoint);
    resumed.load(copy);
    for (const { data } of copy.values()) data.fill(Number.NaN); // it is the caller's again
    for (let step = 4; step <= 6; step++) await resumed.run(at(step));
    expect(resumed.state()).toEqual(whole.state());
    expect(checkpoint).not.toEqual(whole.state());
    await Promise.all([whole.release(), resumed.release()]);
  });

  it('refuses inputs and states that do not fit, by name', async () => {
    const session = await createTrainingSession(line());
    const refusal = { code: 'LEARNING_INPUT_INVALID' };
    const { x: _, ...withoutX } = at(1);
    await expect(session.run(withoutX)).rejects.toMatchObject({
      ...refusal,
      detail: 'the input x is missing',
    });
    await expect(session.run({ ...at(1), a: Float32Array.of(1) })).rejects.toMatchObject(refusal);
    await expect(session.run({ ...at(1), x: Float32Array.of(1) })).rejects.toMatchObject(refusal);
    const wrong = [
      ['x', [1]],
      ['a', [2]],
    ] as const;
    for (const [name, dims] of wrong)
      expect(() => {
        session.load(new Map([[name, { data: Float32Array.of(1, 1), dims }]]));
      }).toThrow(expect.objectContaining(refusal));
    await session.release();
  });

  it('refuses what is no model, and a model of any batch', async () => {
    await expect(createTrainingSession(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({
      code: 'ONNX_INVALID',
    });
    const graph = graphBuilder('any');
    const tape = createTape(graph);
    tape.output('y', tape.input('x', ['N', 1]));
    await expect(createTrainingSession(graph.build())).rejects.toMatchObject({
      code: 'LEARNING_INPUT_INVALID',
    });
  });
});

describe('slices', () => {
  it('have a gradient of 1 where a value was taken and 0 elsewhere, whatever the part', async () => {
    const part = fc
      .record({
        length: fc.integer({ min: 1, max: 12 }),
        from: fc.nat(11),
        to: fc.integer({ min: 1, max: 12 }),
        step: fc.integer({ min: 1, max: 4 }),
      })
      .filter(({ length, from, to }) => from < to && to <= length);
    await fc.assert(
      fc.asyncProperty(part, async ({ length, from, to, step }) => {
        const graph = graphBuilder('slice');
        const tape = createTape(graph);
        const x = tape.parameter('x', [2, length]);
        const loss = sumAll(slice(mul(x, tape.scalar(1)), [{ axis: 1, from, to, step }]));
        tape.output('d', gradients(loss, [x])[0]!);
        const session = await createTrainingSession(graph.build());
        // The value of x does not matter, and ONNX Runtime leaves its input out.
        const given = session.inputs.has('x') ? { x: new Float32Array(2 * length) } : {};
        const { d } = await session.run(given);
        const row = Array.from({ length }, (_, i) => Number(i >= from && i < to && (i - from) % step === 0));
        expect(Array.from(d!)).toEqual([...row, ...row]);
        await session.release();
      }),
      { numRuns: 40 },
    );
  });
});
