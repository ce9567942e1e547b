import { CdsError } from '../../../domain/index.ts';

const UID = /^\d+(\.\d+)*$/;
const LONGEST_UID = 64;

/** PS3.5 9.1, but for zeros that lead a component: some archives have them, and they harm nobody. */
export const isUid = (text: string): boolean => text.length <= LONGEST_UID && UID.test(text);

/**
 * A UID as a part of an address or a path, where it can name nothing else.
 *
 * @throws {CdsError} PACS_NOT_FOUND
 */
export const requireUid = (text: string): string => {
  if (!isUid(text)) throw new CdsError('PACS_NOT_FOUND', 'A UID is none.');
  return text;
};

/** Text that a URL parser would read as something else than it looks like, or that names more than a place. */
const TRICKS = /[^\x21-\x7e]|[\\%?#]|\/\.{1,2}(\/|$)|[^:]\/\//;

/**
 * An address that lies under a root, in its plain form: the same origin, and the root's path or one below it.
 * Undefined for any other, and for one with credentials, a query, or escapes.
 *
 * @param root as configured: without a slash at its end
 */
export function addressUnder(address: string, root: string): string | undefined {
  const plain = address.replace(/\/+$/, '');
  if (TRICKS.test(plain) || !URL.canParse(plain)) return undefined;
  const [url, allowed] = [new URL(plain), new URL(root)];
  if (url.origin !== allowed.origin || url.username !== '' || url.password !== '') return undefined;
  if (!/^https?:\/\/[^/@]+(\/|$)/i.test(plain)) return undefined;
  const below = (path: string): string => path.replace(/\/+$/, '');
  const [path, base] = [below(url.pathname), below(allowed.pathname)];
  return path === base || path.startsWith(`${base}/`) ? `${url.origin}${path}` : undefined;
}
