import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { FloatTensor } from '../../domain/index.ts';

/** One epoch of a fold's training. */
export interface CtEpoch {
  /** From 1. */
  readonly epoch: number;
  /** Minus the log partial likelihood of the learning patients over their events, each eta as its last step had it. */
  readonly lossTrain: number;
  /**
   * Of the inner split, over its events, less the deviance of knowing nothing: below 0 is better than that. NaN where
   * training has no inner split (a refit).
   */
  readonly deviance: number;
}

/** Where a fold's training stands between two epochs: everything that the next one hangs on. */
export interface FoldState {
  /** `search` learns with an inner split; `refit` learns again without; `trained` is over. */
  readonly phase: 'search' | 'refit' | 'trained';
  /** Epochs done in this phase. */
  readonly epoch: number;
  /** Steps done in this phase. */
  readonly step: number;
  readonly history: readonly CtEpoch[];
  /** The epoch with the least deviance; 0 before there is one. */
  readonly bestEpoch: number;
  /** Parameters and moments after the last step. */
  readonly training: ReadonlyMap<string, FloatTensor>;
  /** Parameters of the best epoch; once trained, those to keep. */
  readonly best: ReadonlyMap<string, FloatTensor>;
  /** Last known linear predictor of each patient that is learned from. */
  readonly eta: Float32Array;
}

interface Header {
  readonly format: number;
  /** Of everything the training hangs on: a checkpoint of other data, settings or code is none. */
  readonly digest: string;
  readonly phase: FoldState['phase'];
  readonly epoch: number;
  readonly step: number;
  readonly bestEpoch: number;
  readonly history: readonly (readonly [epoch: number, lossTrain: number, deviance: number | null])[];
  readonly eta: number;
  readonly tensors: Readonly<Record<'training' | 'best', readonly (readonly [string, readonly number[]])[]>>;
}

const FORMAT = 1;
const DIGEST_BYTES = 32;

const bytesOf = (data: Float32Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const elements = (dims: readonly number[]): number => dims.reduce((product, d) => product * d, 1);

const encode = (state: FoldState, digest: string): Uint8Array[] => {
  const names = (tensors: ReadonlyMap<string, FloatTensor>) =>
    Array.from(tensors, ([name, { dims }]) => [name, dims] as const);
  const header: Header = {
    format: FORMAT,
    digest,
    phase: state.phase,
    epoch: state.epoch,
    step: state.step,
    bestEpoch: state.bestEpoch,
    history: state.history.map(({ epoch, lossTrain, deviance }) => [
      epoch,
      lossTrain,
      Number.isNaN(deviance) ? null : deviance,
    ]),
    eta: state.eta.length,
    tensors: { training: names(state.training), best: names(state.best) },
  };
  const parts = [
    new TextEncoder().encode(`${JSON.stringify(header)}\n`),
    bytesOf(state.eta),
    ...Array.from(state.training.values(), ({ data }) => bytesOf(data)),
    ...Array.from(state.best.values(), ({ data }) => bytesOf(data)),
  ];
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return [...parts, hash.digest()];
};

const fileOf = (directory: string, fold: number): string => path.join(directory, `fold-${fold}.checkpoint`);

/**
 * Writes a fold's checkpoint: a line of JSON, its tensors as little-endian float32, and their SHA-256; beside its place
 * first and then renamed, so that a kill leaves the one before. It holds scores of patients: only its owner may read it.
 */
export function writeCheckpoint(directory: string, fold: number, digest: string, state: FoldState): void {
  mkdirSync(directory, { recursive: true });
  const file = fileOf(directory, fold);
  const beside = `${file}.new`;
  const descriptor = openSync(beside, 'w', 0o600);
  try {
    for (const part of encode(state, digest))
      for (let written = 0; written < part.length;) written += writeSync(descriptor, part, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(beside, file);
}

/** The checkpoint of a fold; undefined where there is none, or one that is damaged or of another training. */
export function readCheckpoint(directory: string, fold: number, digest: string): FoldState | undefined {
  const file = fileOf(directory, fold);
  if (!existsSync(file)) return undefined;
  const bytes = readFileSync(file);
  const body = bytes.subarray(0, Math.max(0, bytes.length - DIGEST_BYTES));
  const end = body.indexOf('\n');
  const sum = createHash('sha256').update(body).digest();
  if (end < 0 || !sum.equals(bytes.subarray(body.length))) return undefined;
  const header = JSON.parse(body.toString('utf8', 0, end)) as Header;
  if (!isDeepStrictEqual([header.format, header.digest], [FORMAT, digest])) return undefined;
  let at = end + 1;
  const take = (length: number): Float32Array => {
    const values = new Float32Array(length); // a copy of its own: the file's bytes need not be aligned
    bytesOf(values).set(body.subarray(at, (at += 4 * length)));
    return values;
  };
  const takeAll = (list: Header['tensors']['best']): Map<string, FloatTensor> =>
    new Map(list.map(([name, dims]) => [name, { data: take(elements(dims)), dims }]));
  const eta = take(header.eta);
  const training = takeAll(header.tensors.training);
  const best = takeAll(header.tensors.best);
  const history = header.history.map(([epoch, lossTrain, deviance]) => ({
    epoch,
    lossTrain,
    deviance: deviance ?? Number.NaN,
  }));
  const { phase, epoch, step, bestEpoch } = header;
  return { phase, epoch, step, bestEpoch, history, eta, training, best };
}
