/** Names that are remembered for a while. */
export interface ExpiringSet {
  add(name: string): void;
  has(name: string): boolean;
}

const CAPACITY = 10_000;

/** @param now milliseconds, of any clock that does not run backwards */
export function createExpiringSet(milliseconds: number, now: () => number): ExpiringSet {
  const until = new Map<string, number>();
  return {
    add: (name) => {
      if (until.size >= CAPACITY) until.clear();
      until.set(name, now() + milliseconds);
    },
    has: (name) => {
      const end = until.get(name);
      if (end !== undefined && end <= now()) until.delete(name);
      return until.has(name);
    },
  };
}
