import type { ChartQuery } from '../../chart/index.ts';

/**
 * What charts are made of, over all patients: resource type -> the codes of all its queries together, none where one
 * of them asks for all of the type.
 */
export const searchesOf = (queries: readonly ChartQuery[]): ReadonlyMap<string, readonly string[]> => {
  const codes = new Map<string, readonly string[]>();
  for (const { resourceType, parameters } of queries) {
    const own = parameters.filter(([name]) => name === 'code').map(([, value]) => value);
    const known = codes.get(resourceType);
    const all = own.length === 0 || known?.length === 0;
    codes.set(resourceType, all ? [] : [...(known ?? []), ...own]);
  }
  return codes;
};
