/**
 * `npm run profiles`: builds fhir-profiles/input/fsh into the JSON beside it, with snapshots, and says what changed.
 * `npm run profiles -- --check` writes nothing and fails where the JSON is not what the FSH says.
 * Needs npm packages only: no network, no FHIR cache, nothing outside of fhir-profiles/ is written.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { GUIDES, guideDefinitions, r4Definitions } from './profiles-definitions.ts';
import { createOrder } from './profiles-order.ts';
import { makeInvalid, readInvalidExamples } from './profiles-invalid.ts';
import { type Built, compile } from './profiles-sushi.ts';

export const PROJECT = fileURLToPath(new URL('../fhir-profiles', import.meta.url));
export const INVALID_EXAMPLES = path.join(PROJECT, 'input', 'invalid-examples.yaml');

/** Where definitions go, by type; examples have folders of their own. All JSON in these folders is built. */
const FOLDERS: Readonly<Record<string, string>> = {
  StructureDefinition: 'profiles',
  ValueSet: 'valuesets',
  CodeSystem: 'codesystems',
  NamingSystem: 'codesystems',
  ConceptMap: 'conceptmaps',
  CapabilityStatement: 'requirements',
};
const VALID = 'examples/valid';
const INVALID = 'examples/invalid';
const BUILT_FOLDERS = [...new Set(Object.values(FOLDERS)), VALID, INVALID];

/** What SUSHI may say without failing the build, and why. */
const ACCEPTED: readonly { readonly says: RegExp; readonly reason: string }[] = [];

/** File names relative to fhir-profiles/, with what they hold. */
export type Files = ReadonlyMap<string, string>;

const fileName = (folder: string, { resourceType, id }: Built['resource']): string =>
  `${folder}/${resourceType}-${id}.json`;

const serialize = (resource: object): string => `${JSON.stringify(resource, undefined, 2)}\n`;

const folderOf = ({ resource, usage }: Built): string => {
  if (usage === 'Example') return VALID;
  const folder = FOLDERS[resource.resourceType];
  if (folder === undefined) throw new Error(`no folder for a ${resource.resourceType}`);
  return folder;
};

/** All that the sources say. @throws {Error} with SUSHI's complaints */
export async function build(): Promise<Files> {
  const r4 = r4Definitions();
  const { built, complaints } = await compile(PROJECT, [r4, ...GUIDES.map((name) => guideDefinitions(name))]);
  const order = createOrder(r4.resources);
  const unaccepted = complaints.filter((complaint) => !ACCEPTED.some(({ says }) => says.test(complaint)));
  if (unaccepted.length > 0) throw new Error(unaccepted.join('\n'));
  const files = new Map(
    built.map((each) => [fileName(folderOf(each), each.resource), serialize(order(each.resource))]),
  );
  const examples = new Map(
    built
      .filter(({ usage }) => usage === 'Example')
      .map(({ resource }) => [`${resource.resourceType}/${resource.id}`, resource]),
  );
  for (const example of readInvalidExamples(INVALID_EXAMPLES)) {
    const valid = examples.get(example.from);
    if (valid === undefined) throw new Error(`invalid example ${example.id}: there is no ${example.from}`);
    const invalid = makeInvalid(example, valid);
    files.set(fileName(INVALID, invalid), serialize(order(invalid)));
  }
  return files;
}

const committed = (): string[] =>
  BUILT_FOLDERS.flatMap((folder) => {
    const directory = path.join(PROJECT, folder);
    return existsSync(directory) ? readdirSync(directory).map((name) => `${folder}/${name}`) : [];
  });

/** By content: the order of members is not FHIR's business, and JSON written by hand may keep its own. */
const isCurrent = (name: string, content: string): boolean => {
  const file = path.join(PROJECT, name);
  return existsSync(file) && isDeepStrictEqual(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(content));
};

/** Files that are not what the sources say, and files that no source says. */
export const compare = (files: Files): { changed: string[]; orphans: string[] } => ({
  changed: [...files].filter(([name, content]) => !isCurrent(name, content)).map(([name]) => name),
  orphans: committed().filter((name) => !files.has(name)),
});

const isExample = (name: string): boolean => name.startsWith('examples/');

const write = (name: string, content: string): void => {
  const file = path.join(PROJECT, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
};

interface Outcome {
  readonly changed: readonly string[];
  /** Examples that no source says any more. */
  readonly stale: readonly string[];
  /** Vocabulary may have been made as JSON first: it is never taken away, it is given a source. */
  readonly sourceless: readonly string[];
}

const report = ({ changed, stale, sourceless }: Outcome, check: boolean): void => {
  for (const name of changed) console.log(`${check ? 'differs' : 'wrote'} ${name}`);
  for (const name of stale) console.log(`${check ? 'no source' : 'removed'} ${name}`);
  for (const name of sourceless) console.log(`no source ${name} (see scripts/import-terminology.ts)`);
};

async function main(check: boolean): Promise<void> {
  const files = await build();
  const { changed, orphans } = compare(files);
  const stale = orphans.filter(isExample);
  const outcome = { changed, stale, sourceless: orphans.filter((name) => !isExample(name)) };
  if (!check) {
    for (const name of changed) write(name, files.get(name) ?? '');
    for (const name of stale) rmSync(path.join(PROJECT, name));
  }
  report(outcome, check);
  console.log(`${files.size} files, ${changed.length} changed`);
  const amiss = check ? [...changed, ...orphans] : outcome.sourceless;
  if (amiss.length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.includes('--check'));
