/**
 * HAPI FHIR (the JPA server, R4) for the contract suite: assembled from Maven Central by tests/setup/hapi/, kept in
 * .cache, started on a free port of loopback. It is the one component that nobody has to have: it is several
 * hundred megabytes that only Java can run, so it is fetched when asked for, and where it cannot be had the suite
 * says so by name and goes on, in continuous integration too.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE_ROOT } from '../../src/platform/index.ts';
import type { StartedComponent } from './components.ts';
import { missing } from './components.ts';
import { provideProgram, run } from './programs.ts';
import { startService, type RunningService } from './service.ts';

const SOURCES = path.join(import.meta.dirname, 'hapi');
const CACHE = path.join(PACKAGE_ROOT, '.cache', 'hapi');
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const DOWNLOAD_TIMEOUT_MS = 300_000;
const COMPILE_TIMEOUT_MS = 60_000;
/** Measured: 12 s on two idle cores, 150 s on the same with eight other test runs. */
const START_TIMEOUT_MS = 300_000;

/** The heap is what the suite needs; the quick compiler alone halves the start on two cores. */
const JVM = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.net.preferIPv4Stack=true'];

/** What was built from these sources, and only from these. */
const folderOf = (): string => {
  const hash = createHash('sha256');
  for (const file of ['pom.xml', 'Server.java']) hash.update(readFileSync(path.join(SOURCES, file)));
  return path.join(CACHE, hash.digest('hex').slice(0, 16));
};

/** What cannot be had here. Anything else that goes wrong is a fault, and fails. */
class NotToBeHad extends Error {}

const program = async (name: string, aptPackage: string): Promise<string> => {
  const provided = await provideProgram(name, aptPackage);
  if (!provided.ok) throw new NotToBeHad(`${name}: ${provided.why}`);
  return provided.program;
};

/** Resolves the libraries and compiles the server, into a folder that appears only when it is whole. */
async function build(folder: string): Promise<void> {
  const javac = await program('javac', 'default-jdk-headless');
  const maven = await program('mvn', 'maven');
  mkdirSync(CACHE, { recursive: true });
  const unfinished = mkdtempSync(path.join(CACHE, 'unfinished-'));
  try {
    const lib = path.join(unfinished, 'lib');
    const pom = path.join(SOURCES, 'pom.xml');
    const resolve = ['-B', '-q', '-f', pom, COPY, '-DincludeScope=runtime', `-DoutputDirectory=${lib}`];
    const resolved = await run(maven, resolve, DOWNLOAD_TIMEOUT_MS);
    if (!resolved.ok) throw new NotToBeHad(`Maven Central: ${resolved.said.trim().slice(-400)}`);
    const classes = path.join(unfinished, 'classes');
    const source = path.join(SOURCES, 'Server.java');
    const compile = ['-proc:none', '-cp', `${lib}/*`, '-d', classes, source];
    const compiled = await run(javac, compile, COMPILE_TIMEOUT_MS);
    if (!compiled.ok) throw new Error(`Server.java does not compile: ${compiled.said.trim().slice(-400)}`);
    // Another run may have been quicker; what it built is the same.
    if (!existsSync(folder)) renameSync(unfinished, folder);
    for (const other of readdirSync(CACHE)) {
      const earlier = path.join(CACHE, other);
      if (/^[0-9a-f]{16}$/.test(other) && earlier !== folder)
        rmSync(earlier, { recursive: true, force: true });
    }
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

const answersMetadata = async (port: number): Promise<boolean> => {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/fhir/metadata`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
};

async function start(): Promise<RunningService> {
  const folder = folderOf();
  if (!existsSync(folder)) await build(folder);
  return startService({
    program: await program('java', 'default-jre-headless'),
    args: (port) => [
      ...JVM,
      '-cp',
      `${folder}/classes${path.delimiter}${folder}/lib/*`,
      'Server',
      String(port),
    ],
    address: (port) => `http://127.0.0.1:${port}/fhir`,
    ready: answersMetadata,
    startTimeoutMs: START_TIMEOUT_MS,
  });
}

/**
 * HAPI's base URL; or why it is not there: not asked for, or not to be had.
 *
 * @throws {Error} where it is there and does not work
 */
export async function startHapi(asked: boolean): Promise<StartedComponent> {
  if (!asked) return missing('RECURRENCE_HAPI=1 fetches it from Maven Central and runs it');
  try {
    const service = await start();
    return { state: { state: 'ready', address: service.address }, stop: () => service.stop() };
  } catch (error) {
    if (error instanceof NotToBeHad) return missing(error.message);
    throw error;
  }
}
