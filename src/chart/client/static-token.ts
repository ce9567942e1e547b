import type { TokenSource } from './types.ts';

/** One token that is never renewed: a hook request's own, or a configured one. Undefined: requests go without. */
export const staticToken = (token?: string): TokenSource => ({
  token: () => Promise.resolve(token),
  refused: () => false,
});
