/** HTTP by hand, for what no HTTP client would send. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const STATUS_LINE = /HTTP\/1\.1 (\d{3})/;

const parsedHead = (head: string): Omit<RawAnswer, 'body'> => ({
  status: Number(STATUS_LINE.exec(head)?.[1] ?? 0),
  headers: Object.fromEntries(
    head
      .split('\r\n')
      .slice(1)
      .map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
  ),
});

/** The answers in a row, by their Content-Length; a last one without has what is left. */
export const answersIn = (received: string): RawAnswer[] => {
  const answers: RawAnswer[] = [];
  for (let rest = received; rest !== '';) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return [...answers, { ...parsedHead(rest), body: '' }];
    const head = parsedHead(rest.slice(0, end));
    const after = rest.slice(end + 4);
    const bare = head.status === 204 || head.status < 200;
    const length = bare ? 0 : Number(head.headers['content-length'] ?? after.length);
    answers.push({ ...head, body: after.slice(0, length) });
    rest = after.slice(length);
  }
  return answers;
};

export class RawClient {
  readonly socket: Socket;
  received = '';
  closed = false;

  constructor(url: string, options: { allowHalfOpen?: boolean } = {}) {
    const { hostname, port } = new URL(url);
    this.socket = connect({ host: hostname, port: Number(port), ...options });
    this.socket.on('data', (chunk: Buffer) => (this.received += chunk.toString('latin1')));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.closed = true));
  }

  send(text: string): this {
    this.socket.write(text, 'latin1');
    return this;
  }

  /** Resolves when the server has closed, or with what there is after a while. */
  async ended(withinMs = 3000): Promise<RawAnswer[]> {
    const until = performance.now() + withinMs;
    while (!this.closed && performance.now() < until) await sleep(5);
    return answersIn(this.received);
  }

  /** Resolves when so many answers are there. */
  async answers(count: number, withinMs = 5000): Promise<RawAnswer[]> {
    const until = performance.now() + withinMs;
    while (answersIn(this.received).length < count && !this.closed && performance.now() < until)
      await sleep(5);
    return answersIn(this.received);
  }
}

/** One request as text. */
export const rawRequest = (requestLine: string, headers: readonly string[] = [], body = ''): string =>
  [requestLine, 'Host: localhost', ...headers, '', body].join('\r\n');
