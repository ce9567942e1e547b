/** The last things made, by key: the least recently used goes first. */
export interface Recent<T> {
  get(key: string, make: () => T): T;
}

export function createRecent<T>(capacity: number): Recent<T> {
  const kept = new Map<string, T>();
  return {
    get: (key, make) => {
      const value = kept.get(key) ?? make();
      // A Map keeps the order of insertion: taken out and put back, it is the newest.
      kept.delete(key);
      kept.set(key, value);
      const [oldest] = kept.keys();
      if (kept.size > capacity && oldest !== undefined) kept.delete(oldest);
      return value;
    },
  };
}
