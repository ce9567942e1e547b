import cors from 'cors';
import type { RequestHandler } from 'express';

/** Seconds for which a browser need not ask again. */
const MAX_AGE_SECONDS = 600;

/**
 * Pages of these origins may call (CDS Hooks 2.0, "Cross-Origin Resource Sharing"). A preflight ends here: it comes
 * without credentials, and asks for nothing. Never any origin, and never cookies: who calls is proved by its JWT.
 */
export const allowOrigins = (origins: readonly string[]): RequestHandler =>
  cors({
    // As browsers write them: without a path.
    origin: origins.map((each) => new URL(each).origin),
    methods: ['GET', 'POST', 'OPTIONS'],
    allowedHeaders: ['authorization', 'content-type', 'accept-language', 'x-request-id'],
    exposedHeaders: ['x-request-id', 'retry-after'],
    credentials: false,
    maxAge: MAX_AGE_SECONDS,
  });
