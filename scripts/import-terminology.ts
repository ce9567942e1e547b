/**
 * `node scripts/import-terminology.ts [--all]`: writes FSH for the ValueSets, CodeSystems, ConceptMaps and
 * NamingSystems of fhir-profiles/ that have none yet, so that vocabulary made as JSON (by a terminology tool, or by
 * hand) has a source like all others. `--all` rewrites those that have: the JSON wins.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CodeSystem, ConceptMap, NamingSystem, ValueSet, ValueSetComposeInclude } from 'fhir/r4.js';

const PROJECT = fileURLToPath(new URL('../fhir-profiles', import.meta.url));
const TARGET = path.join(PROJECT, 'input', 'fsh', 'terminology');
export const TERMINOLOGY_FOLDERS = ['valuesets', 'codesystems', 'conceptmaps'];

export type TerminologyResource = CodeSystem | ConceptMap | NamingSystem | ValueSet;

const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

const code = (value: string): string => (/\s/.test(value) ? `#"${value}"` : `#${value}`);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Elements of type code in the resources written here: their values are written with a #. */
const CODES = new Set([
  'status',
  'kind',
  'type',
  'code',
  'equivalence',
  'content',
  'hierarchyMeaning',
  'language',
]);

const literal = (name: string, value: unknown): string => {
  if (typeof value !== 'string') return JSON.stringify(value);
  return CODES.has(name) || name.endsWith('Code') ? code(value) : quoted(value);
};

/** One rule for each primitive below a value: `path = literal`. */
function rules(at: string, value: unknown, name = at): string[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => rules(`${at}[${index}]`, each, name));
  if (isObject(value))
    return Object.entries(value).flatMap(([key, each]) => rules(at === '' ? key : `${at}.${key}`, each, key));
  return [`${at} = ${literal(name, value)}`];
}

/** Keywords rather than rules. */
const IN_HEADER = new Set([
  'resourceType',
  'id',
  'name',
  'title',
  'description',
  'compose',
  'concept',
  'count',
]);

const header = (keyword: string, resource: CodeSystem | ValueSet): string[] => {
  const { id = '', name = '', title, description } = resource;
  /** What sushi-config.yaml and SUSHI itself say of every resource. */
  const usual: Readonly<Record<string, unknown>> = {
    url: `https://recurrence-cds.org/fhir/${resource.resourceType}/${id}`,
    version: '0.1.0',
    status: 'draft',
    content: 'complete',
  };
  return [
    `${keyword}: ${name}`,
    `Id: ${id}`,
    ...(title === undefined ? [] : [`Title: ${quoted(title)}`]),
    ...(description === undefined ? [] : [`Description: ${quoted(description)}`]),
    ...Object.entries(resource)
      .filter(([key, value]) => !IN_HEADER.has(key) && usual[key] !== value)
      .flatMap(([key, value]) => rules(key, value))
      .map((rule) => `* ^${rule}`),
  ];
};

const components = (keyword: 'include' | 'exclude', part: ValueSetComposeInclude): string[] => {
  const { system = '', concept, filter = [], valueSet } = part;
  if (concept !== undefined)
    return concept.map(({ code: own, display }) =>
      [`* ${keyword} ${system}${code(own)}`, ...(display === undefined ? [] : [quoted(display)])].join(' '),
    );
  const from = [
    ...(system === '' ? [] : [`system ${system}`]),
    ...(valueSet === undefined ? [] : [`valueset ${valueSet.join(' and ')}`]),
  ].join(' and ');
  const where = filter.map(({ property, op, value }) => `${property} ${op} ${code(value)}`).join(' and ');
  return [`* ${keyword} codes from ${from}${where === '' ? '' : ` where ${where}`}`];
};

const valueSetFsh = (valueSet: ValueSet): string[] => [
  ...header('ValueSet', valueSet),
  ...(valueSet.compose?.include ?? []).flatMap((part) => components('include', part)),
  ...(valueSet.compose?.exclude ?? []).flatMap((part) => components('exclude', part)),
];

/** @throws {Error} for a hierarchy, which no CodeSystem here has */
const codeSystemFsh = (system: CodeSystem): string[] => [
  ...header('CodeSystem', system),
  ...(system.concept ?? []).flatMap(({ code: own, display, definition, concept, ...rest }) => {
    if (concept !== undefined) throw new Error(`CodeSystem ${system.id ?? ''}: ${own} has children`);
    // A definition needs a display before it.
    const texts = definition === undefined ? [display] : [display ?? own, definition];
    return [
      [`* ${code(own)}`, ...texts.filter((text) => text !== undefined).map(quoted)].join(' '),
      ...rules('', rest).map((rule) => `* ${code(own)} ^${rule}`),
    ];
  }),
];

const instanceFsh = ({ resourceType, id = '', ...elements }: ConceptMap | NamingSystem): string[] => [
  `Instance: ${id}-${resourceType.toLowerCase()}`,
  `InstanceOf: ${resourceType}`,
  'Usage: #definition',
  `* id = ${quoted(id)}`,
  ...rules('', elements).map((rule) => `* ${rule}`),
];

/** The FSH that builds this resource again. */
export function toFsh(resource: TerminologyResource): string {
  if (resource.resourceType === 'ValueSet') return `${valueSetFsh(resource).join('\n')}\n`;
  if (resource.resourceType === 'CodeSystem') return `${codeSystemFsh(resource).join('\n')}\n`;
  return `${instanceFsh(resource).join('\n')}\n`;
}

function main(all: boolean): void {
  mkdirSync(TARGET, { recursive: true });
  const files = TERMINOLOGY_FOLDERS.flatMap((folder) =>
    readdirSync(path.join(PROJECT, folder)).map((name) => path.join(PROJECT, folder, name)),
  );
  for (const file of files.sort()) {
    const target = path.join(TARGET, path.basename(file).replace(/\.json$/, '.fsh'));
    if (existsSync(target) && !all) continue;
    writeFileSync(target, toFsh(JSON.parse(readFileSync(file, 'utf8')) as TerminologyResource));
    console.log(`wrote ${path.relative(PROJECT, target)}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.includes('--all'));
