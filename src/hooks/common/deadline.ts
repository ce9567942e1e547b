/** How long work that heard of the deadline gets to say what it knows, before it is answered without. */
const GRACE_MS = 30;

/**
 * Runs work with a signal that aborts at the deadline; work that does not end then is answered for by `late`. The
 * timers go with the work: at hundreds of requests a second, timers that outlive their requests would pile up.
 *
 * @param late what to answer when the work ignored the signal; the work's own end is then of no interest
 */
export async function withDeadline<T>(
  milliseconds: number,
  work: (deadline: AbortSignal) => Promise<T>,
  late: () => T,
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const overrun = new Promise<T>((resolve) => {
    timer = setTimeout(() => {
      controller.abort();
      timer = setTimeout(() => {
        resolve(late());
      }, GRACE_MS);
    }, milliseconds);
  });
  try {
    return await Promise.race([work(controller.signal), overrun]);
  } finally {
    clearTimeout(timer);
  }
}
