#!/usr/bin/env node
/** The command line: the only file that sees the process; everything below gets what it needs as arguments. */
import { createProgram, exitCodeOf } from './cli/index.ts';

const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
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
}
