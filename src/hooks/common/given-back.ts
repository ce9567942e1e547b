/** R4 resources nest about ten deep; writing JSON is recursive. */
const MAX_DEPTH = 40;

/** Can what a client sent be given back in a suggestion? */
export const isShallow = (value: unknown, left = MAX_DEPTH): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (left > 0 && Object.values(value).every((inner) => isShallow(inner, left - 1)));

/**
 * What a client sent, as it may be given back: nothing of JSON that FHIR does not allow goes into a card, null and
 * empty members. Depth: see {@link isShallow}.
 */
export const withoutEmpty = (value: unknown): unknown => {
  if (typeof value !== 'object') return value === '' ? undefined : value;
  if (Array.isArray(value)) {
    const items = value.map(withoutEmpty).filter((each) => each !== undefined);
    return items.length === 0 ? undefined : items;
  }
  const members = Object.entries(value ?? {})
    .map(([name, inner]) => [name, withoutEmpty(inner)] as const)
    .filter(([, inner]) => inner !== undefined);
  return members.length === 0 ? undefined : Object.fromEntries(members);
};
