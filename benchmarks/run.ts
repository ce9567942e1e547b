/**
 * `npm run bench -- NAME`: one question, ours and a peer in turn. Ends with 0 when the ratio is within its limit,
 * 1 when it is not, 2 when the benchmark or its peer is not there.
 */
import { Command } from 'commander';
import { measure, judge, report } from './lib/measure.ts';
import { benchmarkNames, howToGet, installPeer, loadBenchmark } from './lib/registry.ts';

const FOLDER = import.meta.dirname;
const NOT_THERE = 2;

const known = (): string => `Known benchmarks: ${benchmarkNames(FOLDER).join(', ')}`;

async function list(): Promise<void> {
  const names = benchmarkNames(FOLDER);
  const width = Math.max(...names.map((name) => name.length));
  for (const name of names) {
    const { question, peer, limit } = await loadBenchmark(FOLDER, name);
    const missing = peer.find() === undefined ? ' (not installed)' : '';
    console.log(`${name.padEnd(width)}  ${question} Peer: ${peer.name}${missing}, limit ${limit}.`);
  }
}

async function installPeers(): Promise<number> {
  let missing = 0;
  for (const name of benchmarkNames(FOLDER)) {
    const { ok, said } = await installPeer(await loadBenchmark(FOLDER, name));
    console.log(said);
    if (!ok) missing++;
  }
  return missing === 0 ? 0 : NOT_THERE;
}

async function run(name: string): Promise<number> {
  if (!benchmarkNames(FOLDER).includes(name)) {
    console.error(`No benchmark is called ${name}. ${known()}`);
    return NOT_THERE;
  }
  const benchmark = await loadBenchmark(FOLDER, name);
  if (benchmark.peer.find() === undefined) {
    console.error(`${benchmark.peer.name}, the peer of ${name}, is not installed: ${howToGet(benchmark)}`);
    return NOT_THERE;
  }
  const measurement = await measure(benchmark);
  console.log(report(measurement));
  return judge(measurement).ok ? 0 : 1;
}

const program = new Command('npm run bench --')
  .description('How fast we are beside a peer, on this machine: prints a ratio, and as its last line JSON.')
  .argument('[name]', 'the benchmark')
  .option('--list', 'the benchmarks, their questions, peers and limits')
  .option('--install-peers', 'installs by apt the peers that are missing')
  .action(async (name: string | undefined, options: { list?: true; installPeers?: true }) => {
    if (options.list) await list();
    else if (options.installPeers) process.exitCode = await installPeers();
    else if (name !== undefined) process.exitCode = await run(name);
    else {
      console.error(`Say which. ${known()}`);
      process.exitCode = NOT_THERE;
    }
  });
await program.parseAsync();
