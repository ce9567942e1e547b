/** R4 resources nest about ten deep; writing JSON is recursive. */
const MAX_DEPTH = 40;

/** Can what a client sent be given back in a suggestion? */
export const isShallow = (value: unknown, left = MAX_DEPTH): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (left > 0 && Object.values(value).every((inner) => isShallow(inner, left - 1)));

/**
 * FHIR's lists of primitives, and of what `_name` adds to each, go by place, with null where there is nothing. Without
 * their nulls they would no longer match: an extension is then better lost than on another value.
 */
const isOutOfStep = (members: Readonly<Record<string, unknown>>, name: string): boolean =>
  name.startsWith('_') &&
  [members[name], members[name.slice(1)]].some((list) => Array.isArray(list) && list.includes(null));

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
  const sent = (value ?? {}) as Readonly<Record<string, unknown>>;
  const members = Object.entries(sent)
    .filter(([name]) => !isOutOfStep(sent, name))
    .map(([name, inner]) => [name, withoutEmpty(inner)] as const)
    .filter(([, inner]) => inner !== undefined);
  return members.length === 0 ? undefined : Object.fromEntries(members);
};
