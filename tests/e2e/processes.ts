/** Our own command line as processes, as a hospital runs it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { PACKAGE_ROOT } from '../../src/platform/index.ts';

export interface CliResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  /** Resolves with the text when stderr first matches; rejects with what it said when the process ends before. */
  noted(pattern: RegExp): Promise<RegExpExecArray>;
  /** SIGTERM, then what the process left. */
  stop(): Promise<CliResult>;
  readonly ended: Promise<CliResult>;
}

export function startCli(args: readonly string[], env: Record<string, string> = {}): RunningCli {
  // The environment of the tests must not leak a Redis or a configuration into them.
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [path.join(PACKAGE_ROOT, 'src/main.ts'), ...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = once(child, 'close').then(([code]): CliResult => ({ code: code as number | null, out, err }));
  return {
    child,
    ended,
    noted: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(err);
          if (match !== null) resolve(match);
        };
        child.stderr.on('data', look);
        look();
        void ended.then(({ code }) => {
          reject(new Error(`ended with ${String(code)} before ${String(pattern)}:\n${err}`));
        });
      }),
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

export const runCli = (args: readonly string[], env?: Record<string, string>): Promise<CliResult> =>
  startCli(args, env).ended;
