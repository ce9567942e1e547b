/** Programs of the machine that tests and benchmarks use: found on PATH, or installed where that is possible. */
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

/** The full path of a program on PATH, or undefined. */
export function findOnPath(name: string, searchPath = process.env['PATH'] ?? ''): string | undefined {
  for (const folder of searchPath.split(path.delimiter)) {
    const candidate = path.join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/** Why apt cannot install anything here, or undefined where it can. */
export function whyNoApt(): string | undefined {
  if (!existsSync('/etc/debian_version') || findOnPath('apt-get') === undefined) return 'this is no Debian';
  return process.getuid?.() === 0 ? undefined : 'only root may install';
}

/** Runs a command to its end; `ok` is false when it fails, cannot start or takes longer than `timeoutMs`. */
export function run(
  command: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<{ ok: boolean; said: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    let said = '';
    const keep = (chunk: Buffer): void => {
      said = (said + chunk.toString()).slice(-2000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => {
      resolve({ ok: false, said: error.message });
    });
    child.on('close', (code) => {
      resolve({ ok: code === 0, said });
    });
  });
}

export type Installation = { readonly ok: true } | { readonly ok: false; readonly why: string };

const INSTALL_TIMEOUT_MS = 240_000;

/** One Debian package, or several that are needed together. */
export type AptPackages = string | readonly string[];
const namesOf = (packages: AptPackages): readonly string[] =>
  typeof packages === 'string' ? [packages] : packages;

/**
 * Installs Debian packages where this process may: `update` only when the lists that are there do not do.
 * A lock held by another run is waited for.
 */
export async function aptInstall(packages: AptPackages): Promise<Installation> {
  const names = namesOf(packages);
  const impossible = whyNoApt();
  if (impossible !== undefined) return { ok: false, why: impossible };
  const install = ['-o', 'DPkg::Lock::Timeout=120', '-y', '--no-install-recommends', 'install', ...names];
  if ((await run('apt-get', install, INSTALL_TIMEOUT_MS)).ok) return { ok: true };
  await run('apt-get', ['update'], INSTALL_TIMEOUT_MS);
  const second = await run('apt-get', install, INSTALL_TIMEOUT_MS);
  if (second.ok) return { ok: true };
  const lastLine = second.said.trim().split('\n').at(-1) ?? '';
  return { ok: false, why: `apt-get install ${names.join(' ')} failed: ${lastLine}` };
}

export type Provision =
  { readonly ok: true; readonly program: string } | { readonly ok: false; readonly why: string };

/**
 * A program's path, after installing its packages if need be.
 *
 * @param options.isWhole asked of a program that is there: has it what it needs? One that lacks something is installed
 * @param options.searchPath where to look instead of on PATH
 */
export async function provideProgram(
  name: string,
  packages: AptPackages,
  {
    isWhole = () => Promise.resolve(true),
    searchPath,
  }: {
    readonly isWhole?: (program: string) => Promise<boolean>;
    readonly searchPath?: string;
  } = {},
): Promise<Provision> {
  const found = findOnPath(name, searchPath);
  if (found !== undefined && (await isWhole(found))) return { ok: true, program: found };
  const installed = await aptInstall(packages);
  if (!installed.ok) return { ok: false, why: `not whole on PATH; ${installed.why}` };
  const program = findOnPath(name, searchPath);
  return program === undefined || !(await isWhole(program))
    ? { ok: false, why: `${namesOf(packages).join(' ')} installed, but ${name} is still not whole on PATH` }
    : { ok: true, program };
}
