import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

export interface Listening {
  /** http://127.0.0.1:port, without a slash at the end. */
  readonly url: string;
  /** Ends open connections too; resolves when the port is free. */
  readonly close: () => Promise<void>;
}

/**
 * Serves on loopback only: the demo's servers have no authentication.
 *
 * @param port 0 for any free one
 * @throws {Error} the system's own, such as EADDRINUSE
 */
export const listen = async (app: Express, port: number): Promise<Listening> => {
  const server = createServer(app);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
