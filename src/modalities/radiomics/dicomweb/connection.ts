import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import PQueue from 'p-queue';
import { Agent } from 'undici';
import { CdsError } from '../../../domain/index.ts';
import type { DicomWebRoot, Log } from '../../../platform/index.ts';
import { startDeadline, type Deadline } from './deadline.ts';
import { AttemptFailed, connectionFailure, statusFailure } from './failure.ts';

/** An answer whose status is 200, or another that was asked for. */
export interface Answer {
  readonly status: number;
  /** One value a header, names in lower case; of one sent twice the first. */
  header(name: string): string | undefined;
  /** The body as it comes; it ends, or throws what {@link Connection.get} then makes an error of. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface ConnectionOptions {
  /** Milliseconds for a request, and without a byte of it. */
  readonly timeoutMs: number;
  readonly stallMs: number;
  readonly concurrency: number;
  readonly retries: number;
  /** Before the first repetition; then twice as long each time. */
  readonly backoffMs?: number;
  readonly log?: Log;
}

const BACKOFF_MS = 250;
/** No wait is longer; a Retry-After beyond it ends the matter. */
const MAX_WAIT_MS = 10_000;
const MAX_HEADER_BYTES = 32 * 1024;

const pem = (file: string | undefined): Buffer | undefined => {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new CdsError('CONFIG_INVALID', 'imaging.dicomweb: a file of tls cannot be read', { cause });
  }
};

const agentOf = ({ tls }: DicomWebRoot): Agent => {
  const [cert, key, ca] = [tls?.certificateFile, tls?.keyFile, tls?.caFile].map(pem);
  const given = { ...(cert !== undefined && { cert }), ...(key !== undefined && { key }), ...(ca && { ca }) };
  return new Agent({
    // Ours, in deadline.ts: they know when it is us who do not read on.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
    connect: given,
  });
};

const authorizationOf = ({ bearerToken, basic }: DicomWebRoot): string | undefined => {
  if (bearerToken !== undefined) return `Bearer ${bearerToken}`;
  if (basic === undefined) return undefined;
  return `Basic ${Buffer.from(`${basic.user}:${basic.password}`).toString('base64')}`;
};

const headerIn =
  (headers: Record<string, string | string[] | undefined>) =>
  (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };

/** What comes, with the request's time running only while we wait for it. */
async function* timed(body: AsyncIterable<Uint8Array>, deadline: Deadline): AsyncGenerator<Uint8Array> {
  deadline.resume();
  for await (const chunk of body) {
    deadline.pause();
    yield chunk;
    deadline.resume();
  }
}

const rest = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });

/** Asked anew: time has passed. */
const hasEnded = ({ aborted }: AbortSignal): boolean => aborted;

/** One root of a site: its credentials, its connections, and no more requests at a time than it is allowed. */
export class Connection {
  readonly root: string;
  readonly accept: readonly string[];
  /** Which of `accept` it answered last: asked for first the next time. */
  preferred = 0;
  readonly #agent: Agent;
  readonly #authorization: string | undefined;
  readonly #queue: PQueue;
  readonly #options: ConnectionOptions;

  /** @throws {CdsError} CONFIG_INVALID where a file of tls cannot be read */
  constructor(root: DicomWebRoot, options: ConnectionOptions) {
    this.root = root.root;
    this.accept = root.accept;
    this.#agent = agentOf(root);
    this.#authorization = authorizationOf(root);
    this.#queue = new PQueue({ concurrency: options.concurrency });
    this.#options = options;
  }

  /**
   * Asks for an address and reads the answer, again where that may help (GET changes nothing there).
   *
   * @param read everything of the answer that is wanted; called anew for each attempt
   * @param expected statuses that are answers; any other is an error
   * @throws {CdsError} PACS_*, and what `read` throws
   */
  async get<T>(
    address: string,
    accept: string,
    read: (answer: Answer) => Promise<T>,
    { signal, expected = [200] }: { readonly signal: AbortSignal; readonly expected?: readonly number[] },
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#inTurn(() => this.#once(address, accept, read, expected, signal), signal);
      } catch (error) {
        if (signal.aborted) throw new CdsError('PACS_TIMEOUT', undefined, { cause: error });
        if (!(error instanceof AttemptFailed)) throw error;
        const waitMs = this.#waitBefore(error, attempt);
        if (waitMs === undefined) throw error.error;
        this.#options.log?.debug({ code: error.error.code, attempt, waitMs }, 'PACS request repeated');
        await rest(waitMs, signal);
        if (hasEnded(signal)) throw error.error;
      }
    }
  }

  /** The queue lets go of a task when its signal fires; what runs is waited for, until it has cleaned up. */
  async #inTurn<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    let running: Promise<T> | undefined;
    try {
      return await this.#queue.add(() => (running = task()), { signal });
    } catch (error) {
      return await (running ?? Promise.reject(error as Error));
    }
  }

  #waitBefore({ heals, waitMs }: AttemptFailed, attempt: number): number | undefined {
    const { retries, backoffMs = BACKOFF_MS } = this.#options;
    if (!heals || attempt > retries || (waitMs ?? 0) > MAX_WAIT_MS) return undefined;
    const backoff = Math.min(MAX_WAIT_MS, backoffMs * 2 ** (attempt - 1));
    // Not all that failed together shall come back together.
    return Math.max(waitMs ?? 0, Math.round(backoff * (0.5 + randomInt(1000) / 2000)));
  }

  async #once<T>(
    address: string,
    accept: string,
    read: (answer: Answer) => Promise<T>,
    expected: readonly number[],
    signal: AbortSignal,
  ): Promise<T> {
    const deadline = startDeadline(signal, this.#options);
    let answered = false;
    try {
      const { statusCode, headers, body } = await this.#ask(address, accept, deadline.signal);
      answered = true;
      // Ended in any way that is not its end, the connection is let go of.
      body.on('error', () => undefined);
      try {
        const header = headerIn(headers);
        if (!expected.includes(statusCode)) throw statusFailure(statusCode, header('retry-after'));
        return await read({ status: statusCode, header, body: timed(body, deadline) });
      } finally {
        if (!body.readableEnded) body.destroy();
      }
    } catch (error) {
      throw failureOf(error, deadline, answered);
    } finally {
      deadline.stop();
    }
  }

  #ask(address: string, accept: string, signal: AbortSignal) {
    const { origin, pathname, search } = new URL(address);
    return this.#agent.request({
      origin,
      path: `${pathname}${search}`,
      method: 'GET',
      headers: {
        accept,
        // What unpacks to more than it is would have to be unpacked to be measured.
        'accept-encoding': 'identity',
        ...(this.#authorization !== undefined && { authorization: this.#authorization }),
      },
      signal,
    });
  }

  async close(): Promise<void> {
    this.#queue.clear();
    await this.#agent.destroy();
  }
}

/** What an attempt threw, as what it becomes. Ours may heal where only part of an answer came. */
const failureOf = (error: unknown, { ended }: Deadline, answered: boolean): unknown => {
  if (error instanceof AttemptFailed) return error;
  if (ended === 'late' || ended === 'stalled')
    return new AttemptFailed(
      new CdsError(
        'PACS_TIMEOUT',
        ended === 'late' ? 'It took longer than imaging.timeoutMs.' : 'Nothing came for imaging.stallMs.',
      ),
      // What took all of its time would take it again.
      ended === 'stalled',
    );
  if (error instanceof CdsError)
    return error.code === 'PACS_INCOMPLETE' ? new AttemptFailed(error, true) : error;
  return connectionFailure(error, answered);
};
