import { failed, type BulkStep } from './types.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** https, or a server on this very machine: charts and tokens travel encrypted. */
const isPrivate = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));

/** Where an export may go. */
export interface Addresses {
  /**
   * An address that the server sent.
   *
   * @param from what a relative one counts from; the base URL unless said
   * @throws {CdsError} BULK_EXPORT_FAILED at another origin, not https, or no address at all
   */
  check(address: string, step: BulkStep, from?: URL): URL;
  /** Whether it is the FHIR server's own origin. */
  isOwn(url: URL): boolean;
}

/** @throws {CdsError} BULK_EXPORT_FAILED where the base URL itself is neither https nor on this machine */
export function createAddresses(baseUrl: string, allowedOrigins: readonly string[]): Addresses {
  const { origin } = new URL(baseUrl);
  const allowed = new Set([origin, ...allowedOrigins.map((each) => new URL(each).origin)]);
  const check = (address: string, step: BulkStep, from?: URL): URL => {
    const url = URL.parse(address, from?.href ?? `${baseUrl}/`);
    if (url === null) throw failed(step, 'the server sent something that is no address');
    if (!allowed.has(url.origin)) throw failed(step, 'the server sent an address at an origin not allowed');
    if (!isPrivate(url)) throw failed(step, 'the address is neither https nor on this machine');
    if (url.username !== '' || url.password !== '') throw failed(step, 'the address holds credentials');
    return url;
  };
  check(baseUrl, 'kick-off');
  return { check, isOwn: (url) => url.origin === origin };
}
