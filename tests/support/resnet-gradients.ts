import { createTape, gradients } from '../../src/learning/autodiff/index.ts';
import { graphBuilder } from '../../src/learning/onnx/index.ts';
import { coxLoss } from '../../src/learning/resnet/index.ts';

/** A graph from eta to the loss and its slope in eta, for a batch of `pairs`. */
export function buildLossGradients(pairs: number, events: number): Uint8Array {
  const graph = graphBuilder('cox-loss');
  const tape = createTape(graph);
  const eta = tape.parameter('eta', [pairs, 1]);
  const loss = coxLoss(eta, {
    logOthersAtRisk: tape.input('logOthersAtRisk', [events]),
    events: tape.input('events', [events]),
    atRisk: tape.input('atRisk', [pairs, events]),
    event: tape.input('event', [pairs, 1]),
    mask: tape.input('mask', [pairs, 1]),
  });
  tape.output('loss', loss);
  const [slope] = gradients(loss, [eta]);
  tape.output('slope', slope!);
  return graph.build();
}
