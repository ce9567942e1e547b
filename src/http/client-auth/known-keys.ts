import type { KeyObject } from 'node:crypto';
import path from 'node:path';
import { calculateJwkThumbprint } from 'jose';
import { PACKAGE_ROOT, type ClientConfig, type Config } from '../../platform/index.ts';

/** `iss` of the official CDS Hooks sandbox, https://sandbox.cds-hooks.org */
export const SANDBOX_ISSUER = 'https://sandbox.cds-hooks.org';

/**
 * The official sandbox as a client. Its private key lies in its public repository: it proves nothing, and is taken in
 * environment `demo` only.
 */
export const SANDBOX_CLIENT: ClientConfig = {
  issuer: SANDBOX_ISSUER,
  jwksFile: path.join(PACKAGE_ROOT, 'config/cds-hooks-sandbox.jwks.json'),
  algorithms: ['ES384'],
  audience: [],
};

const SANDBOX = 's9fOe-KDYD1myZ8YCzleUqJQgrYZL49kVijBxhnZvZc';

/**
 * Keys whose private part is published: whoever can read signs with them. By RFC 7638 thumbprint (SHA-256); only
 * those of a kind that could be accepted at all, RSA and P-384.
 */
export const PUBLISHED_KEYS: ReadonlyMap<string, string> = new Map([
  [SANDBOX, 'the CDS Hooks sandbox'],
  ['oGDmHqCJ7yzMkWEkrlZVHkvrHIyQwtlDmeq5ForUHeY', 'jwt.io, RSA'],
  ['iTqXXI0zbAnJCKDaobfhkM1f-6rMSpTfyZMRp_2tKI8', 'jwt.io, ES384'],
  ['IsUn6_e04MaShXFIISMp4kG62LWzMIPy_MvSA5pJgX8', 'RFC 7515 A.2'],
  ['xtIsOV1FqKH77AI_A3jdTg5QfdabzqI-LNpYTPi0IgI', 'RFC 7516 A.1'],
  ['_K0fXS8wlsT7Tn3vvZrs9qdKUIqi5AxQ5EVk41xi_BM', 'RFC 7516 A.2'],
  ['NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs', 'RFC 7517 A.2'],
  ['9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI', 'RFC 7520 3.4'],
  ['h_jutvC-jg3Nwueq8LmdSybXykVsBwk4_5u5Y9JiS7E', 'RFC 7520 5.1'],
  ['Rt-IyDEhXohvTl_ozKQ9YGflXGuDb3uu3QmqN2LoMwM', 'RFC 7520 5.2'],
  ['YlKlB7M2wnS0cPn_V7OW-FuDLuWdJ9z4OvPHmhGDfeE', 'RFC 7520 5.4'],
  ['I99tVmIhN2uhvx12lO4Zrjk9OhGDH6LvIyYALIZivws', 'the SMART Backend Services example'],
  ['Q7fgcIzqt0bVAKsWaw_FyUFSDDpOTfsGdGtjJmAnzFY', 'Inferno, RS384'],
  ['RBFgQFFUIf4hfG8iUUZrf3vFZ_V2r3YRGPx9nKJXk5M', 'Inferno, ES384'],
]);

/**
 * Whose published key it is; undefined for one that is not on the list.
 *
 * @param key the key itself and not its JWK: the same numbers can be written with other leading zeros
 */
export async function publisherOf(key: KeyObject): Promise<string | undefined> {
  return PUBLISHED_KEYS.get(await calculateJwkThumbprint(key.export({ format: 'jwk' })));
}

/** May this client be proven by the sandbox's key? */
export const mayBeSandbox = ({ issuer }: ClientConfig, environment: Config['environment']): boolean =>
  environment === 'demo' && issuer === SANDBOX_ISSUER;

export const SANDBOX_PUBLISHER = PUBLISHED_KEYS.get(SANDBOX);
