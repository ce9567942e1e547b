/**
 * Seeded random numbers: the same seed gives the same stream on every machine.
 *
 * xoshiro128** (Blackman & Vigna 2021, doi:10.1145/3460772) seeded through splitmix32; `fork` derives an
 * independent stream from a label, so that adding a draw in one place moves no other number.
 */
export interface Random {
  /** Uniform on [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal (Marsaglia's polar method). */
  normal(): number;
  /** Exponential with mean 1. */
  exponential(): number;
  /** Uniform integer on [0, bound). */
  integer(bound: number): number;
  /** Fisher-Yates, in place; returns its argument. */
  shuffle<T>(items: T[]): T[];
  /** An independent stream named by `label`: the same label of the same stream is the same stream. */
  fork(label: string | number): Random;
}

const splitmix32 = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
};

const hashLabel = (seed: number, label: string): number => {
  let hash = seed ^ 0x811c9dc5; // FNV-1a, 32 bits, keyed by the parent's seed
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return hash >>> 0;
};

/**
 * The seed is mixed before the number is added: the text of a short number, hashed as above, would be its neighbour's
 * under a neighbouring seed, and forests of the seeds 1 and 2 would share their trees.
 */
const hashNumber = (seed: number, label: number): number =>
  splitmix32(splitmix32(seed)() ^ Math.imul(label, 0x85ebca6b))();

const rotateLeft = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** @param seed any integer; only its low 32 bits count */
export function createRandom(seed: number): Random {
  const next = splitmix32(seed);
  let [a, b, c, d] = [next(), next(), next(), next()];
  const word = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotateLeft(d, 11);
    return result;
  };
  let spare: number | undefined;
  const uniform = (): number => ((word() >>> 5) * 0x4000000 + (word() >>> 6)) / 0x20000000000000;
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    let x: number;
    let y: number;
    let s: number;
    do {
      x = 2 * uniform() - 1;
      y = 2 * uniform() - 1;
      s = x * x + y * y;
    } while (s >= 1 || s === 0);
    const scale = Math.sqrt((-2 * Math.log(s)) / s);
    spare = y * scale;
    return x * scale;
  };
  const integer = (bound: number): number => Math.floor(uniform() * bound);
  return {
    uniform,
    normal,
    integer,
    exponential: () => -Math.log1p(-uniform()),
    shuffle: (items) => {
      for (let i = items.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const held = items[i] as (typeof items)[number];
        items[i] = items[j] as (typeof items)[number];
        items[j] = held;
      }
      return items;
    },
    fork: (label) =>
      createRandom(typeof label === 'number' ? hashNumber(seed, label) : hashLabel(seed, label)),
  };
}
