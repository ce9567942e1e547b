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
