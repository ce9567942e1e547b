import { CdsError, type ErrorCode } from '../domain/index.ts';

/**
 * The work's outcome, or `code` when it takes longer; the work goes on unheard.
 *
 * @throws {CdsError} `code`
 */
export async function within<T>(limitMs: number, code: ErrorCode, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      // After a busy turn of the loop the timer comes before the answer that lies in the socket: that is read first.
      setImmediate(reject, new CdsError(code));
    }, limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
