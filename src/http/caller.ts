import type { RequestHandler, Response } from 'express';
import { needsClient, type TenantConfig } from '../platform/index.ts';

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

/** Who proves nothing may speak for the tenants that ask for no proof. */
export const anybody = (tenants: readonly TenantConfig[]): RequestHandler => {
  const open: Caller = {
    tenants: new Set(tenants.filter((tenant) => !needsClient(tenant)).map(({ id }) => id)),
  };
  return (_request, response, next) => {
    setCaller(response, open);
    next();
  };
};
