/**
 * How long before the deadline its signal comes: for those who hear it to say what they know, and for the card to be
 * made and sent, beside those of others whose time ends at the same moment.
 */
const RESERVE_MS = 40;

/**
 * Runs work with a signal that aborts shortly before the deadline; work that has not ended at the deadline is answered
 * for by `late`. The timers go with the work: at hundreds of requests a second, timers that outlive their requests
 * would pile up.
 *
 * @param late what to answer when the work ignored the signal; the work's own end is then of no interest
 */
export async function withDeadline<T>(
  milliseconds: number,
  work: (deadline: AbortSignal) => Promise<T>,
  late: () => T,
): Promise<T> {
  const controller = new AbortController();
  const reserveMs = Math.min(RESERVE_MS, milliseconds / 2);
  const ending = setTimeout(() => {
    controller.abort();
  }, milliseconds - reserveMs);
  let overdue: NodeJS.Timeout | undefined;
  const overrun = new Promise<T>((resolve) => {
    overdue = setTimeout(() => {
      resolve(late());
    }, milliseconds);
  });
  try {
    return await Promise.race([work(controller.signal), overrun]);
  } finally {
    clearTimeout(ending);
    clearTimeout(overdue);
  }
}
