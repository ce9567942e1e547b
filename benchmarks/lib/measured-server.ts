/** A server in a process of its own, whose CPU time can be asked for, under autocannon's load. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import autocannon from 'autocannon';

export interface Load {
  readonly cpuMillisecondsPerRequest: number;
  readonly requestsPerSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

export interface MeasuredServer {
  /** One request, to see that the answer is what it should be. */
  ask(body: string): Promise<unknown>;
  /** @param connections each sends its next request when the last was answered */
  load(body: string, connections: number, seconds: number): Promise<Load>;
  stop(): Promise<void>;
}

const reply = async <T>(child: ChildProcess): Promise<T> => ((await once(child, 'message')) as [T])[0];

export async function startMeasuredServer(kind: 'ours' | 'peer'): Promise<MeasuredServer> {
  const child = fork(path.join(import.meta.dirname, 'hook-server.ts'), [kind]);
  const { url } = await reply<{ url: string }>(child);
  const cpu = async (): Promise<number> => {
    const answer = reply<{ cpuMicroseconds: number }>(child);
    child.send('cpu');
    return (await answer).cpuMicroseconds;
  };
  const headers = { 'content-type': 'application/json' };
  return {
    ask: async (body) => (await fetch(url, { method: 'POST', headers, body })).json(),
    load: async (body, connections, seconds) => {
      const before = await cpu();
      const result = await autocannon({ url, method: 'POST', headers, body, connections, duration: seconds });
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
