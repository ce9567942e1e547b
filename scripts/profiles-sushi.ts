/** FSH to FHIR JSON: SUSHI in this process, on given definitions; no FHIR cache, no network, nothing in $HOME. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fhirdefs, sushiExport, sushiImport, utils } from 'fsh-sushi';
import type { FhirResource } from 'fhir/r4.js';
import type { DefinitionPackage } from './profiles-definitions.ts';

/** A built resource, and what its FSH says it is for. */
export interface Built {
  readonly resource: FhirResource & { readonly id: string };
  readonly usage: 'Definition' | 'Example';
}

export interface Compilation {
  readonly built: readonly Built[];
  /** Errors and warnings, each with the file and line where SUSHI says them. */
  readonly complaints: readonly string[];
}

interface Complaint {
  readonly message: string;
  readonly location?: { readonly startLine: number };
  readonly input?: string;
}

const fshFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.fsh'))
    .sort();

const sentence = (level: string, { message, location, input }: Complaint): string => {
  const place = input === undefined ? '' : ` (${input}${location ? `:${location.startLine}` : ''})`;
  return `${level}: ${message}${place}`;
};

const createDefinitions = async (
  packages: readonly DefinitionPackage[],
): Promise<fhirdefs.FHIRDefinitions> => {
  const definitions = await fhirdefs.createFHIRDefinitions();
  for (const { name, version, resources } of packages) {
    const byKey = new Map(
      resources.map((resource) => [`${resource.resourceType}-${resource.id ?? ''}`, resource]),
    );
    await definitions.loadVirtualPackage({
      getPackageJSON: () => ({ name, version }),
      getResourceByKey: (key) => byKey.get(key),
      registerResources: (register) => {
        for (const [key, resource] of byKey) register(key, resource);
        return Promise.resolve();
      },
    });
  }
  definitions.optimize();
  return definitions;
};

type Exported = ReturnType<typeof sushiExport.exportFHIR>;

/** SUSHI counts a CodeSystem's concepts; nobody needs to be told, and JSON written by hand need not be changed for it. */
const withoutCount = (resource: Built['resource']): Built['resource'] => {
  if (resource.resourceType === 'CodeSystem') delete resource.count;
  return resource;
};

/** With snapshots. Inline instances are within others already. */
const builtOf = ({ profiles, extensions, valueSets, codeSystems, instances }: Exported): Built[] => [
  ...[...profiles, ...extensions, ...valueSets, ...codeSystems].map((each) => ({
    resource: withoutCount(each.toJSON(true) as Built['resource']),
    usage: 'Definition' as const,
  })),
  ...instances
    .filter(({ _instanceMeta }) => _instanceMeta.usage !== 'Inline')
    .map((each) => ({
      resource: each.toJSON() as Built['resource'],
      usage: each._instanceMeta.usage === 'Example' ? ('Example' as const) : ('Definition' as const),
    })),
];

/**
 * Compiles a folder as SUSHI projects have it: sushi-config.yaml and input/fsh.
 *
 * @param packages from the most general to the most special
 */
export async function compile(project: string, packages: readonly DefinitionPackage[]): Promise<Compilation> {
  const configFile = path.join(project, 'sushi-config.yaml');
  const folder = path.join(project, 'input', 'fsh');
  utils.errorsAndWarnings.reset();
  utils.errorsAndWarnings.shouldTrack = true;
  for (const transport of utils.logger.transports) transport.silent = true;
  const config = sushiImport.importConfiguration(readFileSync(configFile, 'utf8'), configFile);
  const definitions = await createDefinitions(packages);
  const sources = fshFiles(folder).map(
    (name) => new sushiImport.RawFSH(readFileSync(path.join(folder, name), 'utf8'), name),
  );
  const tank = utils.fillTank(sources, config);
  const exported = sushiExport.exportFHIR(tank, definitions);
  const { errors, warnings } = utils.errorsAndWarnings;
  const complaints = [
    ...errors.map((each) => sentence('error', each)),
    ...warnings.map((each) => sentence('warning', each)),
  ];
  return { built: builtOf(exported), complaints };
}
