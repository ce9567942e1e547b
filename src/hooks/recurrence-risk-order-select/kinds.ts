import { ORDER_KINDS, type OrderKind } from '../../cards/index.ts';
import type { HookDependencies } from '../common/index.ts';

type Codings = Parameters<HookDependencies['codes']['includes']>[1];

/** Which of the tests codes ask for; undefined where it is none of them. */
export type KindOf = (codings: Codings) => OrderKind | undefined;

/** Of fhir-profiles/; a site adds the codes of its order catalogue in a ValueSet of the same id. */
const VALUE_SETS: Readonly<Record<OrderKind, string>> = {
  'chest-ct': 'chest-ct-order',
  ctdna: 'ctdna-test-order',
};

/** Of one list of codings once: a chart's thousands of orders are held against each order that is written. */
export const createKindOf = (codes: HookDependencies['codes']): KindOf => {
  const known = new WeakMap<Codings, { readonly kind: OrderKind | undefined }>();
  return (codings) => {
    const before = known.get(codings);
    if (before !== undefined) return before.kind;
    const kind = ORDER_KINDS.find((each) => codes.includes(VALUE_SETS[each], codings));
    known.set(codings, { kind });
    return kind;
  };
};

/** Is all that is asked for done by the other test of the same kind? A CT of the chest alone leaves the abdomen out. */
export type Covers = (asked: Codings, other: Codings) => boolean;

const AND_ABDOMEN = 'chest-ct-order-and-abdomen';

export const createCovers =
  (codes: HookDependencies['codes']): Covers =>
  (asked, other) =>
    !codes.includes(AND_ABDOMEN, asked) || codes.includes(AND_ABDOMEN, other);
