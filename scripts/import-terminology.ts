/**
 * `node scripts/import-terminology.ts [--all]`: writes FSH for the ValueSets, CodeSystems, ConceptMaps and
 * NamingSystems of fhir-profiles/ that have none yet, so that vocabulary made as JSON (by a terminology tool, or by
 * hand) has a source like all others. `--all` rewrites those that have: the JSON wins.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CodeSystem, FhirResource, ValueSet, ValueSetComposeInclude } from 'fhir/r4.js';

const PROJECT = fileURLToPath(new URL('../fhir-profiles', import.meta.url));
const FOLDERS = ['valuesets', 'codesystems', 'conceptmaps'];
const TARGET = path.join('input', 'fsh', 'terminology');

type Terminology = Extract<
  FhirResource,
  { resourceType: 'ValueSet' | 'CodeSystem' | 'ConceptMap' | 'NamingSystem' }
>;

const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

/** Codes with a blank are written in quotes. */
const code = (value: string): string => (/\s/.test(value) ? `#"${value}"` : `#${value}`);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Elements of type code, by their names, in the resources written here. */
const CODES = new Set([
  'status',
  'kind',
  'type',
  'code',
  'equivalence',
  'content',
  'hierarchyMeaning',
  'use',
  'responsible-code',
]);

const literal = (name: string, value: unknown): string => {
  if (typeof value !== 'string') return JSON.stringify(value);
  return CODES.has(name) ? code(value) : quoted(value);
};

/** Rules that set every primitive below a value: path, then literal. */
function rules(at: string, value: unknown, name = at): string[] {
  if (Array.isArray(value))
    return value.flatMap((each, index) => rules(`${at}[${index}]`, each, name));
  if (isObject(value))
    return Object.entries(value).flatMap(([key, each]) => rules(at === '' ? key : `${at}.${key}`, each, key));
  return [`${at} = ${literal(name, value)}`];
}

const header = (keyword: string, { name, id, title, description }: CodeSystem | ValueSet): string[] => [
  `${keyword}: ${name ?? ''}`,
  `Id: ${id ?? ''}`,
  ...(title === undefined ? [] : [`Title: ${quoted(title)}`]),
  ...(description === undefined ? [] : [`Description: ${quoted(description)}`]),
];

const SET_BY_HEADER = new Set(['resourceType', 'id', 'name', 'title', 'description', 'compose', 'concept']);
/** Set by sushi-config.yaml and SUSHI themselves where they are as usual. */
const SET_BY_CONFIG: Readonly<Record<string, unknown>> = {
  version: '0.1.0',
  status: 'draft',
  content: 'complete',
};

const metadata = (resource: CodeSystem | ValueSet): string[] =>
  Object.entries(resource)
    .filter(([key, value]) => {
      if (SET_BY_HEADER.has(key) || SET_BY_CONFIG[key] === value) return false;
      if (key === 'count') return false;
      return value !== `https://recurrence-cds.org/fhir/${resource.resourceType}/${resource.id ?? ''}`;
    })
    .flatMap(([key, value]) => rules(key, value))
    .map((rule) => `* ^${rule}`);

const includeRules = ({ system = '', concept, filter, valueSet }: ValueSetComposeInclude): string[] => {
  const from = valueSet === undefined ? '' : ` and valueset ${valueSet.join(' and ')}`;
  if (concept !== undefined)
    return concept.map(
      (each) => `* ${system}${code(each.code)}${each.display === undefined ? '' : ` ${quoted(each.display)}`}`,
    );
  const where = (filter ?? []).map(({ property, op, value }) => `${property} ${op} ${code(value)}`);
  const condition = where.length === 0 ? '' : ` where ${where.join(' and ')}`;
  return [`* include codes from system ${system}${from}${condition}`];
};

const valueSetFsh = (valueSet: ValueSet): string[] => [
  ...header('ValueSet', valueSet),
  ...metadata(valueSet),
  ...(valueSet.compose?.include ?? []).flatMap(includeRules),
  ...(valueSet.compose?.exclude ?? []).flatMap(includeRules).map((rule) => rule.replace(/^\* (include )?/, '* exclude ')),
];

const codeSystemFsh = (system: CodeSystem): string[] => [
  ...header('CodeSystem', system),
  ...metadata(system),
  ...(system.concept ?? []).flatMap(({ code: own, display, definition, ...rest }) => {
    const texts = [display, definition].filter((text) => text !== undefined).map(quoted);
    return [
      `* ${[code(own), ...texts].join(' ')}`,
      ...rules('', rest).map((rule) => `* ${code(own)} ^${rule}`),
    ];
  }),
];

const instanceFsh = (resource: Terminology): string[] => {
  const { resourceType, id, ...elements } = resource;
  const name = 'name' in elements ? elements.name : undefined;
  return [
    `Instance: ${id ?? ''}-${resourceType.toLowerCase()}`,
    `InstanceOf: ${resourceType}`,
    'Usage: #definition',
    ...(name === undefined ? [] : []),
    `* id = ${quoted(id ?? '')}`,
    ...rules('', elements).map((rule) => `* ${rule}`),
  ];
};

/** The FSH that builds this resource again. */
export function toFsh(resource: Terminology): string {
  const lines =
    resource.resourceType === 'ValueSet'
      ? valueSetFsh(resource)
      : resource.resourceType === 'CodeSystem'
        ? codeSystemFsh(resource)
        : instanceFsh(resource);
  return `${lines.join('\n')}\n`;
}

const all = process.argv.includes('--all');
mkdirSync(path.join(PROJECT, TARGET), { recursive: true });
for (const folder of FOLDERS)
  for (const file of readdirSync(path.join(PROJECT, folder)).sort()) {
    const target = path.join(TARGET, file.replace(/\.json$/, '.fsh'));
    if (existsSync(path.join(PROJECT, target)) && !all) continue;
    const resource = JSON.parse(readFileSync(path.join(PROJECT, folder, file), 'utf8')) as Terminology;
    writeFileSync(path.join(PROJECT, target), toFsh(resource));
    console.log(target);
  }
