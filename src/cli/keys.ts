import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import {
  generateSigningKey,
  parseSigningKeys,
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
} from '../chart/index.ts';
import { CdsError } from '../domain/index.ts';
import type { CliContext } from './context.ts';

interface GenerateOptions {
  readonly algorithm: SigningAlgorithm;
  readonly out: string;
  readonly append?: true;
}

/** Nobody but the owner: the file is as good as a password of every hospital it is registered with. */
const OWNER_ONLY = 0o600;
const NOT_EVERYBODY = 0o770;

/** As `smart.algorithm` of the configuration. */
const DEFAULT_ALGORITHM: SigningAlgorithm = 'ES384';

const algorithmOption = (written: string): SigningAlgorithm => {
  const known = SIGNING_ALGORITHMS.find((each) => each === written);
  if (known === undefined)
    throw new CdsError('COMMAND_INVALID', `--algorithm must be one of ${SIGNING_ALGORITHMS.join(', ')}.`);
  return known;
};

const readKeys = async (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CdsError('COMMAND_INVALID', `${path.basename(file)} cannot be read.`, { cause });
  });

const printed = (keys: readonly unknown[]): string => `${JSON.stringify({ keys }, null, 2)}\n`;

const writeNew = async (file: string, text: string): Promise<void> => {
  try {
    await writeFile(file, text, { mode: OWNER_ONLY, flag: 'wx' });
  } catch (cause) {
    const why = existsSync(file) ? 'exists; --append adds a key to it' : 'cannot be written';
    throw new CdsError('COMMAND_INVALID', `${path.basename(file)} ${why}.`, { cause });
  }
};

/** At the end: the keys before it go on signing until somebody moves it. Replaced in one step, never half. */
const append = async (file: string, key: object): Promise<void> => {
  const text = await readKeys(file);
  await parseSigningKeys(text, path.basename(file));
  const { keys } = JSON.parse(text) as { keys: unknown[] };
  // Behind a link the file itself is replaced, not the link.
  const there = await realpath(file);
  const { uid, gid, mode } = await stat(there);
  const next = `${there}.${randomUUID()}`;
  try {
    await writeFile(next, printed([...keys, key]), { mode: OWNER_ONLY, flag: 'wx' });
    // Whoever could read it (the service's user or group) still can; everybody still cannot.
    await chown(next, uid, gid);
    await chmod(next, mode & NOT_EVERYBODY);
    await rename(next, there);
  } catch (cause) {
    await rm(next, { force: true });
    throw new CdsError('COMMAND_INVALID', `${path.basename(file)} cannot be replaced.`, { cause });
  }
};

const generate = async (
  { algorithm, out, append: adding }: GenerateOptions,
  context: CliContext,
): Promise<void> => {
  const key = await generateSigningKey(algorithm);
  await (adding === true ? append(out, key) : writeNew(out, printed([key])));
  context.note(
    adding === true
      ? 'Added at the end: it is published now, and signs when no other of its algorithm stands before it.'
      : 'Name the file as fhir.smartKeys, and register the public key or our /.well-known/jwks.json.',
  );
  context.out(`${key.kid ?? ''}\n`);
};

const publicKeys = async (file: string): Promise<string> =>
  printed(
    (await parseSigningKeys(await readKeys(file), path.basename(file))).map(({ publicJwk }) => publicJwk),
  );

export const addKeys = (program: Command, context: CliContext): void => {
  const keys = program
    .command('keys')
    .description('make and show the key pairs by which this service authenticates (SMART Backend Services)');
  keys
    .command('generate')
    .description('make a key pair; prints its kid')
    .option('-a, --algorithm <name>', SIGNING_ALGORITHMS.join(' or '), algorithmOption, DEFAULT_ALGORITHM)
    .requiredOption('-o, --out <file>', 'the file of private keys (a JWKS); made with mode 600')
    .option('--append', 'add it to the keys of a file that is there')
    .action((options: GenerateOptions) => generate(options, context));
  keys
    .command('public')
    .description('print the public parts of the keys in a file, as a JWKS to register')
    .argument('<file>', 'the file of private keys')
    .action(async (file: string) => {
      context.out(await publicKeys(file));
    });
};
