import type { Seal } from './sealing.ts';

/** As many as a clinic opens in a morning, a few visits each. */
const KEPT = 500;

/**
 * Opens sealed records, and remembers what the last few hundred held: a chart is opened more than once, and
 * decrypting and parsing is most of what a stored result costs. The record is still read from the store each
 * time, and only the very same bytes give the remembered result, so nothing outlives an erasure or a change.
 */
export function createOpened<T>(
  seal: Seal,
  decode: (plain: Buffer) => T,
): (group: string, name: string, sealed: Uint8Array) => T {
  const known = new Map<string, { readonly sealed: Uint8Array; readonly value: T }>();
  return (group, name, sealed) => {
    const key = `${group} ${name}`;
    const last = known.get(key);
    if (last !== undefined && Buffer.compare(last.sealed, sealed) === 0) return last.value;
    const value = decode(seal.open(group, name, sealed));
    known.delete(key);
    // A copy: the store may reuse its buffer.
    known.set(key, { sealed: Uint8Array.from(sealed), value });
    const [oldest] = known.keys();
    if (known.size > KEPT && oldest !== undefined) known.delete(oldest);
    return value;
  };
}
