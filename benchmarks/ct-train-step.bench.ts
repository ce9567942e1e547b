import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createTrainingSession, type TrainingSession } from '../src/learning/autodiff/index.ts';
import {
  buildTrainingStep,
  createCohortLoss,
  initialParameters,
  parametersOf,
  type ResNetSpec,
} from '../src/learning/resnet/index.ts';
import { createRandom } from '../src/numerics/index.ts';
import { findOnPath } from '../tests/setup/programs.ts';
import type { Benchmark } from './lib/benchmark.ts';

/** Where Debian's python3-torch is; python3 alone is no peer. */
const TORCH = '/usr/lib/python3/dist-packages/torch';
const PAIRS = 2;
const COHORT = 60;
/** Steps of one measurement; the figure is the fastest after the first, which allocates. */
const STEPS = 5;
const LIMIT = 2.5;
const LEARNING_RATE = 1e-3;
const NETWORK: ResNetSpec = {
  depth: 10,
  width: 16,
  sizeVoxels: 64,
  strides: [1, 2, 2, 2],
  stemPool: true,
  groups: 8,
};
/** R10 as it is, and what else may be trained: each with a figure of its own. */
const NETWORKS: readonly ResNetSpec[] = [
  NETWORK,
  { ...NETWORK, strides: [1, 2, 2, 1] },
  { ...NETWORK, strides: [1, 2, 1, 1] },
  { ...NETWORK, depth: 18 },
];

/** The same network, loss and optimiser by PyTorch; prints CPU ms of the fastest step and the first loss, a line a network. */
const SCRIPT = `import json, time, numpy as np, torch, torch.nn.functional as F
torch.set_num_threads(1)
for d in json.load(open('networks.json')):
    spec, s = d['spec'], d['spec']['sizeVoxels']
    read = lambda name: torch.from_numpy(np.fromfile(name, dtype='<f4').copy())
    values, P, at = read(d['file']), {}, 0
    for one in d['parameters']:
        n = int(np.prod(one['dims']))
        P[one['name']] = values[at:at + n].reshape(one['dims']).clone().requires_grad_(); at += n
    baseline, postoperative = (read(f).reshape(${PAIRS}, 1, s, s, s) for f in ('baseline.f32', 'postoperative.f32'))
    c = {k: torch.tensor([float(x) for x in v]) for k, v in d['cohort'].items()}
    at_risk = c['atRisk'].reshape(${PAIRS}, -1)
    def unit(x, name, stride, padding):
        y = F.conv3d(x, P[name + '.weight'], stride=stride, padding=padding)
        return F.group_norm(y, spec['groups'], P[name + '.scale'], P[name + '.shift'])
    def network():
        x = torch.stack([baseline, postoperative], 1).reshape(${2 * PAIRS}, 1, s, s, s)
        x = F.max_pool3d(F.relu(unit(x, 'stem', 2, 3)), 3, 2, 1)
        for stage, stride in enumerate(spec['strides']):
            for block in range(1 if spec['depth'] == 10 else 2):
                name, own = f'stage{stage + 1}.block{block + 1}', stride if block == 0 else 1
                y = unit(F.relu(unit(x, name + '.first', own, 1)), name + '.second', 1, 1)
                x = F.relu(y + (unit(x, name + '.shortcut', own, 0) if name + '.shortcut.weight' in P else x))
        return x.mean((2, 3, 4)).reshape(${PAIRS}, -1) @ P['head.weight']
    optimiser, took, losses = torch.optim.AdamW(P.values(), lr=${LEARNING_RATE}, weight_decay=0.0), [], []
    for _ in range(${STEPS}):
        start = time.process_time()
        optimiser.zero_grad()
        eta = network()
        total = torch.logsumexp(torch.cat([eta + torch.log(at_risk), c['logOthersAtRisk'][None]]), 0)
        loss = ((c['events'] * total).sum() - (c['event'][:, None] * eta).sum()) / c['events'].sum()
        loss.backward()
        optimiser.step()
        took.append(1000 * (time.process_time() - start)); losses.append(loss.item())
    print(min(took[1:]), losses[0])
`;

const floats = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** A cohort of whole months; the batch are its first rows. */
const cohortInputs = () => {
  const random = createRandom(3);
  const time = Float64Array.from({ length: COHORT }, () => 1 + random.integer(36));
  const cohort = createCohortLoss({ time, event: Uint8Array.from(time, (_, i) => i % 2) });
  const rows = Array.from({ length: PAIRS }, (_, i) => i);
  const eta = Float64Array.from(time, () => random.normal());
  return { inputs: cohort.inputs(rows, eta, PAIRS), columns: cohort.columns };
};

interface Step {
  readonly ms: number;
  readonly loss: number;
}

const fastest = async (session: TrainingSession, given: Record<string, Float32Array>): Promise<Step> => {
  const took: number[] = [];
  let first = Number.NaN;
  for (let step = 1; step <= STEPS; step++) {
    const before = process.cpuUsage();
    const { loss } = await session.run({ ...given, step: Float32Array.of(step) });
    const { user, system } = process.cpuUsage(before);
    if (step === 1) first = loss?.[0] ?? Number.NaN;
    else took.push((user + system) / 1000);
  }
  return { ms: Math.min(...took), loss: first };
};

const name = ({ depth, strides }: ResNetSpec): string => `R${depth}, strides ${strides.join(' ')}`;
const none: Step = { ms: Number.NaN, loss: Number.NaN };

/**
 * CPU time of a step of training (forwards, backwards, AdamW) by ours and by PyTorch: the same start, images and
 * cohort on one thread; both must give the same loss.
 */
export const benchmark: Benchmark = {
  name: 'ct-train-step',
  question: `What does a training step of the CT network cost (R10, width 16, 64^3, ${PAIRS} pairs, 1 thread)?`,
  unit: 'ms CPU',
  limit: LIMIT,
  rounds: 3,
  warmUp: false,
  peer: {
    name: 'PyTorch, 1 thread',
    find: () => (existsSync(TORCH) ? findOnPath('python3', '/usr/bin') : undefined),
    aptPackage: ['python3-numpy', 'python3-torch'],
  },
  setup: () => {
    const python = findOnPath('python3', '/usr/bin') ?? 'python3';
    const folder = mkdtempSync(path.join(tmpdir(), 'train-step-'));
    const random = createRandom(1);
    const volume = () => new Float32Array(PAIRS * NETWORK.sizeVoxels ** 3).map(() => random.uniform());
    const images = { baseline: volume(), postoperative: volume() };
    for (const [file, values] of Object.entries(images))
      writeFileSync(path.join(folder, `${file}.f32`), floats(values));
    const { inputs, columns } = cohortInputs();
    const told = Object.fromEntries(
      Object.entries(inputs).map(([key, v]) => [key, Array.from(v as Float32Array, String)]),
    );
    const forPython = NETWORKS.map((spec, i) => {
      const file = `parameters-${i}.f32`;
      const parameters = initialParameters(spec, createRandom(2));
      writeFileSync(
        path.join(folder, file),
        Buffer.concat(Array.from(parameters.values(), ({ data }) => floats(data))),
      );
      return { spec, file, parameters: parametersOf(spec), cohort: told };
    });
    writeFileSync(path.join(folder, 'networks.json'), JSON.stringify(forPython));
    writeFileSync(path.join(folder, 'step.py'), SCRIPT);
    const best: { ours: number; theirs: number }[] = NETWORKS.map(() => ({
      ours: Infinity,
      theirs: Infinity,
    }));
    let ours: readonly Step[] = [];
    return Promise.resolve({
      ours: async () => {
        const steps: Step[] = [];
        for (const spec of NETWORKS) {
          const session = await createTrainingSession(
            buildTrainingStep(spec, { pairs: PAIRS, events: columns }),
          );
          session.load(initialParameters(spec, createRandom(2)));
          steps.push(
            await fastest(session, { ...images, ...inputs, learningRate: Float32Array.of(LEARNING_RATE) }),
          );
          await session.release();
        }
        ours = steps;
        best.forEach((one, i) => (one.ours = Math.min(one.ours, (steps[i] ?? none).ms)));
        return (steps[0] ?? none).ms;
      },
      peer: async () => {
        const { stdout } = await promisify(execFile)(python, ['step.py'], { cwd: folder });
        const theirs = stdout
          .trim()
          .split('\n')
          .map((line): Step => {
            const [ms = Number.NaN, loss = Number.NaN] = line.split(' ').map(Number);
            return { ms, loss };
          });
        best.forEach((one, i) => {
          const [mine, other] = [ours[i] ?? none, theirs[i] ?? none];
          if (!(Math.abs(mine.loss - other.loss) < 1e-4))
            throw new Error(`the loss is ${mine.loss}, PyTorch's ${other.loss}`);
          one.theirs = Math.min(one.theirs, other.ms);
        });
        return (theirs[0] ?? none).ms;
      },
      figures: () =>
        NETWORKS.slice(1).map((spec, i) => {
          const { ours: mine, theirs } = best[i + 1] ?? { ours: Number.NaN, theirs: Number.NaN };
          const what = `${name(spec)}: ${mine.toFixed(0)} ms CPU`;
          return { what, value: mine / theirs, unit: "of PyTorch's", limit: LIMIT };
        }),
      teardown: () => {
        rmSync(folder, { recursive: true, force: true });
        return Promise.resolve();
      },
    });
  },
};
