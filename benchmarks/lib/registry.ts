import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { aptInstall } from '../../tests/setup/programs.ts';
import type { Benchmark } from './benchmark.ts';

const SUFFIX = '.bench.ts';

/** The benchmarks there are: one file each. */
export const benchmarkNames = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();

export async function loadBenchmark(folder: string, name: string): Promise<Benchmark> {
  const file = path.join(folder, name + SUFFIX);
  const module = (await import(pathToFileURL(file).href)) as { benchmark: Benchmark };
  if (module.benchmark.name !== name)
    throw new Error(`${name}${SUFFIX} names itself ${module.benchmark.name}`);
  return module.benchmark;
}

/** How a peer that is not there can be had. */
export function howToGet({ peer }: Benchmark): string {
  if (peer.aptPackage === undefined) return peer.hint ?? 'see the file of the benchmark';
  return `npm run bench -- --install-peers (or: apt-get install ${[peer.aptPackage].flat().join(' ')})`;
}

/** Installs a peer that is missing, where apt can; says what happened. */
export async function installPeer(benchmark: Benchmark): Promise<{ ok: boolean; said: string }> {
  const { name, peer } = benchmark;
  const about = `${name}: ${peer.name}`;
  if (peer.find() !== undefined) return { ok: true, said: `${about} is there` };
  if (peer.aptPackage === undefined)
    return { ok: false, said: `${about} is missing: ${howToGet(benchmark)}` };
  const installed = await aptInstall(peer.aptPackage);
  if (!installed.ok) return { ok: false, said: `${about} could not be installed: ${installed.why}` };
  const found = peer.find() !== undefined;
  return { ok: found, said: found ? `${about} was installed` : `${about} is still not found` };
}
