import { add } from './arithmetic.ts';
import { describe } from './shape.ts';
import { refuse, type Tensor } from './tape.ts';

/**
 * Adds to the graph the gradient of a loss with respect to tensors, by going through its operations backwards.
 *
 * @param loss of shape []
 * @param wrt parameters, or values on the way to the loss
 * @returns a tensor for each of `wrt`, of its shape
 * @throws {CdsError} ONNX_INVALID for a loss of another shape, or one that doesn't depend on a tensor of `wrt`
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): readonly Tensor[] {
  const { tape } = loss;
  if (loss.shape.length !== 0) refuse(`the loss is of shape ${describe(loss.shape)}, not []`);
  const found = new Map<string, Tensor>([[loss.name, tape.scalar(1)]]);
  tape.withoutGradients(() => {
    for (const { output, inputs, gradient } of tape.entries.toReversed()) {
      const upstream = found.get(output.name);
      if (upstream === undefined) continue;
      const parts = gradient(upstream);
      inputs.forEach((input, i) => {
        const part = parts[i];
        if (part === undefined || !input.differentiable) return;
        const others = found.get(input.name);
        found.set(input.name, others === undefined ? part : add(others, part));
      });
    }
  });
  return wrt.map(({ name }) => found.get(name) ?? refuse(`the loss does not depend on ${name}`));
}
