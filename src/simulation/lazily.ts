/** Makes its items anew each time it is iterated over. */
export const lazily = <T>(make: () => Generator<T>): Iterable<T> => ({ [Symbol.iterator]: make });
