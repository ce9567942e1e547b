/** Runs actions one after another. */
export type Lock = <T>(action: () => Promise<T>) => Promise<T>;

/** One writer at a time, so that a transaction's fork is never behind the store that adopts it. */
export const createLock = (): Lock => {
  let last: Promise<unknown> = Promise.resolve();
  return (action) => {
    // A failed action is its caller's; the next one runs all the same.
    const run = last.then(action, action);
    last = run.catch(() => undefined);
    return run;
  };
};
