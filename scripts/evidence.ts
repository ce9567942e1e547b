/**
 * `npm run evidence`: what takes too long for the tests, kept in evidence/ with the commit and the hash of the source
 * it rests on. All parts, or those named: `npm run evidence -- st000369`; `--list` says what there is. Goes on where
 * it was broken off. A part whose data are not there is skipped, by name.
 */
import { parseArgs } from 'node:util';
import { PARTS } from './evidence/index.ts';
import { runPart, stateOf } from './evidence/part.ts';

const { values, positionals } = parseArgs({
  options: { list: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !PARTS.some((part) => part.name === name));
const dataFolder = process.env['RECURRENCE_DATA'] ?? '';

if (unknown.length > 0) {
  const known = PARTS.map(({ name }) => name).join(', ');
  console.error(`There is no part ${unknown.join(', ')}; there is ${known}.`);
  process.exitCode = 2;
} else if (values.list) {
  for (const part of PARTS) console.log(`${part.name.padEnd(16)}${part.title}: ${stateOf(part)}`);
} else {
  for (const part of PARTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
    if (part.needsData && dataFolder === '') console.log(`${part.name}: skipped, RECURRENCE_DATA is not set`);
    else
      await runPart(part, dataFolder, (text) => {
        console.log(text);
      });
  }
}
