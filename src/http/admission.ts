import type { Response } from 'express';
import { CdsError } from '../domain/index.ts';
import type { RateLimiter } from '../platform/index.ts';
import { callerOf } from './caller.ts';

/** No tenant's id has a colon. */
const PROVEN = ':client';

/**
 * Whether a tenant may call now, for the request that is being answered. Where a tenant takes calls with and without
 * proof, these are counted apart: strangers must not use up what its own EHR may call.
 *
 * @param count of calls that the request is as much as
 * @returns throws {@link CdsError} CDS_RATE_LIMITED, with Retry-After set
 */
export const admission =
  (limiter: RateLimiter, response: Response) =>
  async (tenant: string, count = 1): Promise<void> => {
    const key = callerOf(response).proven.has(tenant) ? tenant + PROVEN : tenant;
    const waitMs = await limiter.take(key, count);
    if (waitMs === 0) return;
    response.set('Retry-After', String(Math.ceil(waitMs / 1000)));
    throw new CdsError('CDS_RATE_LIMITED');
  };
