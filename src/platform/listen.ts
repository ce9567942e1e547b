import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CdsError } from '../domain/index.ts';

export interface Listening {
  /** http://host:port, without a trailing slash. */
  readonly url: string;
  /**
   * Takes no more connections, answers the requests that came, closes idle connections; what is not answered after
   * DRAIN_MS is cut off.
   */
  close: () => Promise<void>;
}

export interface ListenOptions {
  /** Milliseconds in which a client sends its headers. */
  readonly headersTimeoutMs?: number;
  /** Milliseconds in which a client sends its whole request. */
  readonly requestTimeoutMs?: number;
}

/** The demo's and tests' servers have no authentication: nobody else may reach them. */
export const LOOPBACK = '127.0.0.1';

/** How long running requests may take to end after `close`. */
const DRAIN_MS = 5000;
/** How often connections are looked for that became idle since. */
const SWEEP_MS = 100;

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 20_000;
/** Longer than the minute for which proxies keep a connection: they close it, and never send into a closed one. */
const KEEP_ALIVE_MS = 65_000;
/** A JWT of a client with a long certificate chain has room; what is longer gets 431. */
const MAX_HEADER_BYTES = 16_384;
/** Then a client connects anew, and a load balancer can choose anew. */
const MAX_REQUESTS_PER_SOCKET = 10_000;
/** An EHR's pool has tens; those beyond are closed at once, before they cost more than a file descriptor. */
const MAX_CONNECTIONS = 2000;

/** Slow clients are told 408, and what is not HTTP 400 or 431, by Node itself and without a body. */
const createBoundedServer = (handler: RequestListener, options: ListenOptions): Server => {
  const { headersTimeoutMs = HEADERS_TIMEOUT_MS, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const server = createServer(
    {
      // Headers are a part of the request.
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, Math.ceil(headersTimeoutMs / 4)),
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      requireHostHeader: true,
      insecureHTTPParser: false,
      rejectNonStandardBodyWrites: true,
    },
    handler,
  );
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
  server.maxConnections = MAX_CONNECTIONS;
  return server;
};

/** Lets a client know that its connection ends with this answer. */
const lastOfConnection = (response: ServerResponse): void => {
  if (!response.headersSent) response.setHeader('Connection', 'close');
};

/** What is being answered, so that its connections can be closed in order. */
const trackAnswers = (server: Server) => {
  const running = new Set<ServerResponse>();
  let closing = false;
  // Before the handler: it may answer at once.
  server.prependListener('request', (_request, response) => {
    if (closing) lastOfConnection(response);
    running.add(response);
    response.once('close', () => running.delete(response));
  });
  return {
    lastAnswers: () => {
      closing = true;
      running.forEach(lastOfConnection);
    },
  };
};

const closeInOrder = (server: Server, lastAnswers: () => void): Promise<void> =>
  new Promise((resolve) => {
    lastAnswers();
    const sweep = setInterval(() => {
      server.closeIdleConnections();
    }, SWEEP_MS);
    const giveUp = setTimeout(() => {
      server.closeAllConnections();
    }, DRAIN_MS);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(giveUp);
      resolve();
    });
    server.closeIdleConnections();
  });

/**
 * Serves a request handler (an express app is one).
 *
 * @param port 0 for any free one
 * @throws {CdsError} CONFIG_INVALID where the address cannot be listened on
 */
export async function listen(
  handler: RequestListener,
  host: string,
  port: number,
  options: ListenOptions = {},
): Promise<Listening> {
  const server = createBoundedServer(handler, options);
  const { lastAnswers } = trackAnswers(server);
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
    close: () => closeInOrder(server, lastAnswers),
  };
}
