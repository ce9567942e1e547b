/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { ascendingOrder } from '../../numerics/index.ts';

/** The rows of each group or stratum, ascending by its number; the rows keep their order. */
export function rowsOfEach(ids: Int32Array): { readonly id: number; readonly rows: Int32Array }[] {
  const order = ascendingOrder(ids);
  const result: { id: number; rows: Int32Array }[] = [];
  for (let start = 0, end = 0; start < order.length; start = end) {
    const id = ids[order[start]!]!;
    while (end < order.length && ids[order[end]!] === id) end++;
    result.push({ id, rows: order.subarray(start, end) });
  }
  return result;
}
