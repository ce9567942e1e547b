/** A program that runs on a free loopback port with a folder of its own, for tests and benchmarks. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RunningService {
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  /** Ends the process (SIGTERM, then SIGKILL) and removes its folder. */
  stop(): Promise<void>;
}

export interface ServiceSpec {
  readonly program: string;
  readonly args: (port: number, folder: string) => readonly string[];
  readonly address: (port: number) => string;
  /** True once it answers on that port. */
  readonly ready: (port: number) => Promise<boolean>;
  readonly startTimeoutMs?: number;
  /** A given port, to come back where an earlier one was. Otherwise a free one. */
  readonly port?: number;
}

/** A loopback port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });
}

const running = new Set<{ child: ChildProcess; folder: string }>();
// A run that is broken off must leave no process behind; only synchronous work is possible here.
process.on('exit', () => {
  for (const { child, folder } of running) {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function stop(entry: { child: ChildProcess; folder: string }): Promise<void> {
  const { child, folder } = entry;
  if (!ended(child)) {
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), 5000);
    await closed;
    clearTimeout(kill);
  }
  running.delete(entry);
  rmSync(folder, { recursive: true, force: true });
}

async function startOnce(spec: ServiceSpec, port: number): Promise<RunningService> {
  const folder = mkdtempSync(path.join(tmpdir(), 'recurrence-cds-'));
  const child = spawn(spec.program, spec.args(port, folder), {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const entry = { child, folder };
  running.add(entry);
  let said = '';
  const keep = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-2000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.on('error', keep.bind(undefined, Buffer.from('could not be started')));
  const deadline = performance.now() + (spec.startTimeoutMs ?? 15_000);
  while (performance.now() < deadline && !ended(child)) {
    if (child.pid !== undefined && (await spec.ready(port))) {
      return { address: spec.address(port), port, pid: child.pid, stop: () => stop(entry) };
    }
    await sleep(20);
  }
  await stop(entry);
  throw new Error(`${path.basename(spec.program)} did not start on port ${port}: ${said.trim().slice(-400)}`);
}

/** Starts it and waits until it answers. Another process may take a free port first: then another one. */
export async function startService(spec: ServiceSpec): Promise<RunningService> {
  const attempts = spec.port === undefined ? 3 : 1;
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(spec, spec.port ?? (await freePort()));
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}
