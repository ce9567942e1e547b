/** A server in a process of its own, whose CPU time can be asked for, under autocannon's load. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import autocannon from 'autocannon';
import { HOOK_PATH } from './hook-body.ts';

export interface Load {
  readonly cpuMillisecondsPerRequest: number;
  readonly requestsPerSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

export interface MeasuredServer {
  /** One request, to see that the answer is what it should be. */
  ask(body: string, token: string): Promise<unknown>;
  /**
   * One request a token.
   *
   * @param connections each sends its next request when the last was answered
   */
  load(body: string, tokens: readonly string[], connections: number): Promise<Load>;
  stop(): Promise<void>;
}

const reply = async <T>(child: ChildProcess): Promise<T> => ((await once(child, 'message')) as [T])[0];

const json = { 'content-type': 'application/json' };
const bearing = (token: string) => ({ ...json, authorization: `Bearer ${token}` });

/** @param args of hook-server.ts */
export async function startMeasuredServer(...args: readonly string[]): Promise<MeasuredServer> {
  const child = fork(path.join(import.meta.dirname, 'hook-server.ts'), args);
  const { url } = await reply<{ url: string }>(child);
  const cpu = async (): Promise<number> => {
    const answer = reply<{ cpuMicroseconds: number }>(child);
    child.send('cpu');
    return (await answer).cpuMicroseconds;
  };
  return {
    ask: async (body, token) =>
      (await fetch(url + HOOK_PATH, { method: 'POST', headers: bearing(token), body })).json(),
    load: async (body, tokens, connections) => {
      const unused = tokens.values();
      const before = await cpu();
      const result = await autocannon({
        url,
        connections,
        amount: tokens.length,
        requests: [
          {
            method: 'POST',
            path: HOOK_PATH,
            body,
            // More may be made than are sent: then the last ones have none, and would be refused.
            setupRequest: (request) => ({ ...request, headers: bearing(unused.next().value ?? '') }),
          },
        ],
      });
      const spent = (await cpu()) - before;
      if (result.non2xx > 0 || result.errors > 0)
        throw new Error(`${String(result.non2xx + result.errors)} failed`);
      return {
        cpuMillisecondsPerRequest: spent / 1000 / result.requests.total,
        requestsPerSecond: result.requests.total / result.duration,
        p50Milliseconds: result.latency.p50,
        p99Milliseconds: result.latency.p99,
      };
    },
    stop: async () => {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
