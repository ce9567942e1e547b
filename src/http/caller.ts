import type { Response } from 'express';

/** Who calls, as far as it was proved. */
export interface Caller {
  /** Ids of the tenants that it may speak for. */
  readonly tenants: ReadonlySet<string>;
}

const NOBODY: Caller = { tenants: new Set() };

export const setCaller = ({ locals }: Response, caller: Caller): void => {
  locals['caller'] = caller;
};

/** Nobody's tenant, where no authentication went before. */
export const callerOf = ({ locals }: Response): Caller => (locals['caller'] as Caller | undefined) ?? NOBODY;
