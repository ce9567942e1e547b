/**
 * `npm run check`: types, lint, format, boundaries, unused code; the steps run side by side, so that the
 * whole takes about as long as its slowest step. Prints what a failed step said, and a line for each.
 */
import { spawn } from 'node:child_process';

const STEPS: Record<string, string[]> = {
  types: ['tsc', '--noEmit'],
  lint: ['eslint', '--cache', '--cache-location', '.cache/eslint', '.'],
  format: ['prettier', '--check', '--log-level', 'warn', '.'],
  boundaries: ['depcruise', '--output-type', 'err', 'src'],
  unused: ['knip'],
};

const run = (name: string, [command = '', ...args]: string[]): Promise<boolean> =>
  new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(`node_modules/.bin/${command}`, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', (error) => output.push(Buffer.from(error.message)));
    child.on('close', (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      if (code !== 0) process.stdout.write(`\n${Buffer.concat(output).toString()}\n`);
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(11)} ${seconds} s`);
      resolve(code === 0);
    });
  });

const wanted = process.argv.slice(2);
const steps = Object.entries(STEPS).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const results = await Promise.all(steps.map(([name, command]) => run(name, command)));
if (results.includes(false)) process.exitCode = 1;
