/** The thread that reads CTs: decoding and segmenting hundreds of slices must not hold up the loop that answers hooks. */
import { parentPort } from 'node:worker_threads';
import { asCdsError } from '../../../domain/index.ts';
import type { CtAnswer, CtRequest } from './messages.ts';
import { prepareCt } from './prepare-ct.ts';

const answer = async ({ id, files, options }: CtRequest): Promise<void> => {
  try {
    const prepared = await prepareCt(files, options);
    parentPort?.postMessage({ id, prepared } satisfies CtAnswer, [
      prepared.tensor.data.buffer as ArrayBuffer,
    ]);
  } catch (error) {
    const { code, detail } = asCdsError(error);
    parentPort?.postMessage({ id, code, ...(detail !== undefined && { detail }) } satisfies CtAnswer);
  }
};

parentPort?.on('message', (request: CtRequest) => void answer(request));
