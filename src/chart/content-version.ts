import { hash } from 'node:crypto';

/**
 * A version for a resource whose server gives none: a hash of its content, meta and narrative aside (servers
 * rewrite both without anything having changed). Members count in the order they came: a server that shuffles
 * them costs a recomputation, never a wrong result, and sorting would be the dearest step of a hook request.
 */
export const contentVersion = (resource: Readonly<Record<string, unknown>>): string =>
  `sha256:${hash('sha256', JSON.stringify({ ...resource, meta: undefined, text: undefined }), 'hex').slice(0, 24)}`;
