import type { Response } from 'express';
import { CdsError } from '../domain/index.ts';
import type { RateLimiter } from '../platform/index.ts';

/**
 * Whether a tenant may call now, for the request that is being answered.
 *
 * @returns throws {@link CdsError} CDS_RATE_LIMITED, with Retry-After set
 */
export const admission =
  (limiter: RateLimiter, response: Response) =>
  async (tenant: string): Promise<void> => {
    const waitMs = await limiter.take(tenant);
    if (waitMs === 0) return;
    response.set('Retry-After', String(Math.ceil(waitMs / 1000)));
    throw new CdsError('CDS_RATE_LIMITED');
  };
