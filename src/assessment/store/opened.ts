import type { Seal } from './sealing.ts';

/** As many as a clinic opens in a morning, a few visits each. */
const KEPT = 500;
/** Of sealed records: some kilobytes each, unless a chart was made to be large. */
const KEPT_BYTES = 16 * 1024 * 1024;

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
  let bytes = 0;
  const forget = (key: string): void => {
    bytes -= known.get(key)?.sealed.length ?? 0;
    known.delete(key);
  };
  return (group, name, sealed) => {
    const key = `${group} ${name}`;
    const last = known.get(key);
    if (last !== undefined && Buffer.compare(last.sealed, sealed) === 0) return last.value;
    const value = decode(seal.open(group, name, sealed));
    forget(key);
    // A copy: the store may reuse its buffer.
    known.set(key, { sealed: Uint8Array.from(sealed), value });
    bytes += sealed.length;
    for (const oldest of known.keys()) {
      if (known.size <= KEPT && bytes <= KEPT_BYTES) break;
      forget(oldest);
    }
    return value;
  };
}
