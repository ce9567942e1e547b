import { CdsError } from '../../domain/index.ts';
import {
  adamW,
  type AdamWSettings,
  add,
  createTape,
  div,
  exp,
  gradients,
  log,
  mul,
  NEXT,
  reduceMax,
  reduceSum,
  sub,
  sumAll,
  type Tape,
  type Tensor,
} from '../autodiff/index.ts';
import { graphBuilder } from '../onnx/index.ts';
import { network, tensorOf } from './network.ts';
import { type ParameterSpec, parametersOf, type ResNetSpec } from './spec.ts';

export interface Optimiser extends AdamWSettings {
  /** Decoupled (AdamW), times the learning rate; of weights, not of scales and shifts. 0 where not given. */
  readonly weightDecay?: number;
}

export interface TrainingStepOptions {
  /** N, of a batch; a shorter one is filled up and masked. */
  readonly pairs: number;
  /** J, the columns of the cohort's risk sets. */
  readonly events: number;
  readonly optimiser?: Optimiser;
}

/** State inputs that stand beside a parameter. */
export const FIRST_MOMENT = 'moment1:';
export const SECOND_MOMENT = 'moment2:';

/**
 * One step of AdamW on the whole cohort's Cox partial likelihood, of which a batch moves its part: patients outside of
 * the batch stand in the risk sets with their last known eta.
 *
 * Inputs, float32: `baseline` and `postoperative` [N, 1, z, y, x]; of the cohort (createCohortLoss makes them)
 * `logOthersAtRisk` [J], `events` [J], `atRisk` [N, J], `event` [N, 1], `mask` [N, 1]; `learningRate` [] and `step` []
 * (1 in the first); the state: each parameter by its name, `moment1:<name>`, `moment2:<name>` (0 before the first step).
 * Outputs: `next:<name>` for all of the state; `eta` [N, 1] before the step; `loss` [], that part of minus the log
 * partial likelihood over the cohort's number of events which depends on the batch:
 *   loss = (sum over j of events_j log(exp(logOthersAtRisk_j) + sum over i of atRisk_ij exp(eta_i))
 *           - sum over i of event_i eta_i) / sum of events
 * Each column is computed relative to its largest term, so that no eta over- or underflows.
 *
 * @returns the ModelProto of static shape, for createTrainingSession
 * @throws {CdsError} LEARNING_INPUT_INVALID
 */
export function buildTrainingStep(
  spec: ResNetSpec,
  { pairs, events, optimiser = {} }: TrainingStepOptions,
): Uint8Array {
  const names = parametersOf(spec);
  requireCounts({ pairs, events });
  const { sizeVoxels: size } = spec;
  const graph = graphBuilder('ct-resnet-training-step');
  const tape = createTape(graph);
  const shape = [pairs, 1, size, size, size];
  const pair = {
    baseline: tape.input('baseline', shape),
    postoperative: tape.input('postoperative', shape),
  };
  const parameters = new Map(names.map(({ name, dims }) => [name, tape.parameter(name, dims)]));
  const parameter = (name: string): Tensor => tensorOf(parameters, name);
  const { eta } = network(spec, pair, { pairs, volumes: 2 * pairs }, parameter);
  const loss = coxLoss(eta, {
    logOthersAtRisk: tape.input('logOthersAtRisk', [events]),
    events: tape.input('events', [events]),
    atRisk: tape.input('atRisk', [pairs, events]),
    event: tape.input('event', [pairs, 1]),
    mask: tape.input('mask', [pairs, 1]),
  });
  update(tape, names, parameter, loss, optimiser);
  tape.output('loss', loss);
  tape.output('eta', eta);
  return graph.build();
}

function requireCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!(Number.isInteger(value) && value > 0))
      throw new CdsError('LEARNING_INPUT_INVALID', `${name} is ${value}, not a whole number above 0`);
  }
}

/** What is known of the cohort; shapes as the inputs of the step. */
export interface CohortTensors {
  readonly logOthersAtRisk: Tensor;
  readonly events: Tensor;
  readonly atRisk: Tensor;
  readonly event: Tensor;
  readonly mask: Tensor;
}

/** The loss as buildTrainingStep states it. */
export function coxLoss(
  eta: Tensor,
  { logOthersAtRisk, events, atRisk, event, mask }: CohortTensors,
): Tensor {
  const { tape } = eta;
  // Who is not at risk has a log of -Infinity, and so no part in the sum and no gradient.
  const terms = add(eta, log(mul(atRisk, mask)));
  const largest = tape.withoutGradients(() => {
    const both = tape.graph.op('Max', [reduceMax(terms, [0]).name, logOthersAtRisk.name]);
    // A column nobody is at risk in is filled up: it counts no event, but must stay a number.
    const lowest = tape.scalar(-1e30).name;
    return tape.record(tape.graph.op('Max', [both, lowest]), [], [1, ...logOthersAtRisk.shape]);
  });
  const inBatch = reduceSum(exp(sub(terms, largest)), [0]);
  const total = add(inBatch, exp(sub(logOthersAtRisk, largest)));
  const logTotal = add(log(total), largest);
  const own = sumAll(mul(mul(event, mask), eta));
  return div(sub(sumAll(mul(events, logTotal)), own), sumAll(events));
}

function update(
  tape: Tape,
  names: readonly ParameterSpec[],
  parameter: (name: string) => Tensor,
  loss: Tensor,
  { weightDecay = 0, ...settings }: Optimiser,
): void {
  const slopes = gradients(
    loss,
    names.map(({ name }) => parameter(name)),
  );
  const optimiser = adamW(tape, tape.input('learningRate', []), tape.input('step', []), settings);
  names.forEach(({ name, dims, role }, i) => {
    const slope = slopes[i];
    if (slope === undefined) return;
    const moments = {
      first: tape.input(`${FIRST_MOMENT}${name}`, dims),
      second: tape.input(`${SECOND_MOMENT}${name}`, dims),
    };
    const next = optimiser.update(parameter(name), slope, moments, role === 'weight' ? weightDecay : 0);
    tape.output(`${NEXT}${name}`, next.parameter);
    tape.output(`${NEXT}${FIRST_MOMENT}${name}`, next.first);
    tape.output(`${NEXT}${SECOND_MOMENT}${name}`, next.second);
  });
}
