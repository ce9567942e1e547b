import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import type { Express } from 'express';
import { asCdsError } from '../domain/index.ts';

export interface Listening {
  /** http://host:port, without a trailing slash. */
  readonly url: string;
  /** Stops taking requests, lets the running ones end. */
  close(): Promise<void>;
}

/**
 * @param port 0 for any free one
 * @throws {CdsError} CONFIG_INVALID where the port is taken
 */
export async function listen(app: Express, host: string, port: number): Promise<Listening> {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        asCdsError(error, 'CONFIG_INVALID', `http.port: ${String(port)} on ${host} cannot be listened on`),
      );
    });
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host}:${String(address.port)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
