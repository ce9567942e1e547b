/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { CdsError } from '../../domain/index.ts';
import { buildScoringModel, type ResNetParameters, type ResNetSpec } from '../resnet/index.ts';
import type { CtPair } from './pairs.ts';

/** What scores are less, and then divided by; 0 and 1 give the linear predictor itself. */
export interface Standardisation {
  readonly mean: number;
  readonly sd: number;
}

export const UNSTANDARDISED: Standardisation = { mean: 0, sd: 1 };

/**
 * Scores of pairs as the served graph gives them: images as they are, one pair at a time. Blocks the thread while it
 * computes.
 *
 * @param rows places in `pairs`
 * @param between called before each pair: throws to stop
 * @returns one score a row, in their order; higher means earlier recurrence
 * @throws {CdsError} LEARNING_NOT_CONVERGED where a score is not finite
 */
export async function scorePairs(
  pairs: readonly CtPair[],
  rows: Int32Array,
  spec: ResNetSpec,
  parameters: ResNetParameters,
  standardisation: Standardisation,
  between: () => void,
): Promise<Float32Array> {
  const model = buildScoringModel(spec, parameters, standardisation);
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const n = spec.sizeVoxels;
  const scores = new Float32Array(rows.length);
  const baseline = new Float32Array(n ** 3);
  const postoperative = new Float32Array(n ** 3);
  try {
    for (let at = 0; at < rows.length; at++) {
      between();
      const pair = pairs[rows[at]!]!;
      // ONNX Runtime takes no shared memory.
      baseline.set(pair.baseline);
      postoperative.set(pair.postoperative);
      const { riskScore } = await session.run(
        {
          baseline: new Tensor('float32', baseline, [1, 1, n, n, n]),
          postoperative: new Tensor('float32', postoperative, [1, 1, n, n, n]),
        },
        ['riskScore'],
      );
      const score = (riskScore?.data as Float32Array | undefined)?.[0] ?? Number.NaN;
      if (!Number.isFinite(score))
        throw new CdsError('LEARNING_NOT_CONVERGED', `the network gives row ${pair.patient} no finite score`);
      scores[at] = score;
    }
  } finally {
    await session.release();
  }
  return scores;
}
