#!/usr/bin/env node
/** The command line: the only file that sees the process; everything below gets what it needs as arguments. */
import { createProgram, exitCodeOf } from './cli/index.ts';

/** How long running requests and jobs get to end once the process was asked to. */
const STOP_MS = 20_000;
/** Then only what a library left open (a connection that waits for a server that is gone) can be in the way. */
const LINGER_MS = 500;

const exitAfter = (milliseconds: number): void => {
  setTimeout(() => process.exit(), milliseconds).unref();
};

const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      exitAfter(STOP_MS);
      resolve();
    });
});

try {
  await createProgram({
    env: process.env,
    out: (text) => process.stdout.write(text),
    note: (text) => process.stderr.write(`${text}\n`),
    stopped,
  }).parseAsync(process.argv);
} catch (error) {
  const { code, text } = exitCodeOf(error);
  if (text !== undefined) process.stderr.write(`${text}\n`);
  process.exitCode = code;
} finally {
  exitAfter(LINGER_MS);
}
