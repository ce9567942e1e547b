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

export const createKindOf =
  (codes: HookDependencies['codes']): KindOf =>
  (codings) =>
    ORDER_KINDS.find((kind) => codes.includes(VALUE_SETS[kind], codings));

/** Is all that is asked for done by the other test of the same kind? A CT of the chest alone leaves the abdomen out. */
export type Covers = (asked: Codings, other: Codings) => boolean;

const AND_ABDOMEN = 'chest-ct-order-and-abdomen';

export const createCovers =
  (codes: HookDependencies['codes']): Covers =>
  (asked, other) =>
    !codes.includes(AND_ABDOMEN, asked) || codes.includes(AND_ABDOMEN, other);
