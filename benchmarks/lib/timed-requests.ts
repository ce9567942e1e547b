/** Requests over a fixed number of connections, each timed from its sending to the last byte of its answer. */
import { Agent, request } from 'node:http';

export interface Asking {
  readonly body: string;
  /** Of the client, where it has to prove itself. */
  readonly token?: string;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly milliseconds: number;
}

const ask = (url: string, { body, token }: Asking, agent: Agent): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const milliseconds = performance.now() - startedAt;
        const text = Buffer.concat(parts).toString();
        resolve({ status: response.statusCode ?? 0, text, milliseconds });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });

/**
 * @param connections each sends its next request when its last was answered
 * @returns the answers in the order of `all`
 * @throws where a request has no answer: none may be lost
 */
export async function askAll(
  url: string,
  all: readonly Asking[],
  connections: number,
): Promise<readonly Answered[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const answers: Answered[] = [];
  const waiting = all.entries();
  const connection = async (): Promise<void> => {
    for (const [index, asking] of waiting) answers[index] = await ask(url, asking, agent);
  };
  try {
    await Promise.all(Array.from({ length: connections }, connection));
  } finally {
    agent.destroy();
  }
  return answers;
}
