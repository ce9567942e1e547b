/** At most `count` holders at a time, first come, first served. */
export interface Slots {
  /** False when the slots were closed before one was free. */
  take(): Promise<boolean>;
  give(): void;
  /** Nobody gets a slot any more; resolves when all are given back. */
  close(): Promise<void>;
}

export function createSlots(count: number): Slots {
  const queue: ((taken: boolean) => void)[] = [];
  const idle: (() => void)[] = [];
  let held = 0;
  let closed = false;
  return {
    take: () => {
      if (closed) return Promise.resolve(false);
      if (held < count) {
        held++;
        return Promise.resolve(true);
      }
      return new Promise((resolve) => queue.push(resolve));
    },
    give: () => {
      const next = queue.shift();
      if (next !== undefined) {
        next(true);
        return;
      }
      held--;
      if (held === 0) for (const tell of idle.splice(0)) tell();
    },
    close: () => {
      closed = true;
      for (const refuse of queue.splice(0)) refuse(false);
      return held === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve));
    },
  };
}
