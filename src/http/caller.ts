import type { Response } from 'express';

/** Who calls, as far as it was proved. */
export interface Caller {
  /** Ids of the tenants that it may speak for. */
  readonly tenants: ReadonlySet<string>;
  /** Of these, those whose client it proved to be; the others ask nobody for a proof. */
  readonly proven: ReadonlySet<string>;
}

const NOBODY: Caller = { tenants: new Set(), proven: new Set() };

export const setCaller = ({ locals }: Response, caller: Caller): void => {
  locals['caller'] = caller;
};

/** Nobody's tenant, where no authentication went before. */
export const callerOf = ({ locals }: Response): Caller => (locals['caller'] as Caller | undefined) ?? NOBODY;
