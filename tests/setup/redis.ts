import { connect } from 'node:net';
import { findOnPath } from './programs.ts';
import { startService, type RunningService } from './service.ts';

const answersPing = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(500, () => {
      done(false);
    });
    socket.on('error', () => {
      done(false);
    });
    socket.on('connect', () => socket.write('PING\r\n'));
    socket.on('data', (chunk: Buffer) => {
      done(chunk.toString().startsWith('+PONG'));
    });
  });

/**
 * A Redis of one's own: loopback only, nothing written to disk. For tests that take it down and bring it back:
 * `await redis.stop()`, then `await startRedis({ port: redis.port })` (empty again).
 */
export function startRedis(options: { program?: string; port?: number } = {}): Promise<RunningService> {
  const program = options.program ?? findOnPath('redis-server');
  if (program === undefined) throw new Error('redis-server is not on PATH');
  return startService({
    program,
    args: (port, folder) => [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
      ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
    ],
    address: (port) => `redis://127.0.0.1:${port}`,
    ready: answersPing,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
}
