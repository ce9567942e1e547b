import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CdsError } from '../domain/index.ts';

export interface Listening {
  /** http://host:port, without a trailing slash. */
  readonly url: string;
  /** Takes no more requests, lets the running ones end, closes idle connections. */
  close: () => Promise<void>;
}

/** The demo's and tests' servers have no authentication: nobody else may reach them. */
export const LOOPBACK = '127.0.0.1';

/** How long running requests may take to end after `close`. */
const DRAIN_MS = 5000;

/**
 * Serves a request handler (an express app is one).
 *
 * @param port 0 for any free one
 * @throws {CdsError} CONFIG_INVALID where the address cannot be listened on
 */
export async function listen(handler: RequestListener, host: string, port: number): Promise<Listening> {
  const server = createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const where = `${host}:${String(port)}`;
      reject(new CdsError('CONFIG_INVALID', `${where} cannot be listened on; is the port taken?`, { cause }));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host}:${String(address.port)}`,
    close: () =>
      new Promise((resolve) => {
        const giveUp = setTimeout(() => {
          server.closeAllConnections();
        }, DRAIN_MS);
        server.close(() => {
          clearTimeout(giveUp);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
