import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CapabilityStatement, FhirResource, RiskAssessment, StructureDefinition } from 'fhir/r4.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { GUIDES, guideDefinitions } from '../../scripts/profiles-definitions.ts';
import { readInvalidExamples } from '../../scripts/profiles-invalid.ts';
import { build, compare, INVALID_EXAMPLES } from '../../scripts/profiles.ts';
import { chartQueries } from '../../src/chart/index.ts';
import { createFhirServer } from '../../src/demo/index.ts';
import { PACKAGE_ROOT } from '../../src/platform/index.ts';
import { loadTerminology } from '../../src/terminology/index.ts';
import { treeOf } from '../support/elements.ts';
import { allDefinitions, ownProfiles, PROFILES_FOLDER, readFolder } from '../support/fhir-definitions.ts';
import { createFhirValidator, type FhirValidator } from '../support/fhir-validator.ts';

const CANONICAL = 'https://recurrence-cds.org/fhir';
const valid = [...readFolder('examples/valid').values()];
const invalid = new Map([...readFolder('examples/invalid').values()].map((each) => [each.id, each]));
const changes = readInvalidExamples(INVALID_EXAMPLES);

let validator: FhirValidator;
beforeAll(() => {
  validator = createFhirValidator(allDefinitions());
});

const claimsOf = (resource: FhirResource): string[] => resource.meta?.profile ?? [];
const ids = (resources: Iterable<FhirResource>): string[] =>
  [...resources].map(({ resourceType, id }) => `${resourceType}/${id ?? ''}`);

/** `Type/id` of every literal reference to another resource, at whatever depth. */
const referencesIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === 'reference' && typeof each === 'string' ? [each] : referencesIn(each),
  );
};

describe('what is built', () => {
  it('is what the FSH says: every file has a source, and no file differs (else: npm run profiles)', async () => {
    expect(compare(await build())).toEqual({ changed: [], orphans: [] });
  }, 120_000);

  it.each(ownProfiles().map((profile): [string, StructureDefinition] => [profile.id ?? '', profile]))(
    '%s: canonical, version and a snapshot that reads as a tree',
    (id, profile) => {
      expect(profile).toMatchObject({
        url: `${CANONICAL}/StructureDefinition/${id}`,
        version: '0.1.0',
        fhirVersion: '4.0.1',
        derivation: 'constraint',
      });
      expect(profile.description?.length).toBeGreaterThan(40);
      expect(treeOf(profile).children.length).toBeGreaterThan(3);
    },
  );

  it('leaves the vocabulary whole: sets without a source would be silently empty', () => {
    const terminology = loadTerminology([PROFILES_FOLDER]);
    for (const { id } of readFolder('valuesets').values())
      expect(() => terminology.includes(id, []), id).not.toThrow();
    expect(terminology.codes('recurrence-cds')).toContain('recurrence-or-death');
  });
});

describe('valid examples', () => {
  it('there is one of each profile and extension, and of each mCODE profile that charts claim', () => {
    const claimed = new Set(valid.flatMap(claimsOf));
    expect([...claimed].filter((url) => !validator.knows(url))).toEqual([]);
    const shown = (url: string): boolean =>
      claimed.has(url) || JSON.stringify(valid).includes(`"url":"${url}"`);
    expect(ownProfiles().filter(({ url }) => !shown(url))).toEqual([]);
    expect([...claimed].filter((url) => url.includes('/us/mcode/'))).toHaveLength(8);
  });

  it.each(
    valid.map((resource): [string, FhirResource] => [`${resource.resourceType} ${resource.id}`, resource]),
  )('%s', (_name, resource) => {
    expect(validator.validate(resource, valid)).toEqual([]);
  });

  it('refer to one another; only the people and the image store are not given', () => {
    const given = new Set(ids(valid));
    const missing = valid
      .flatMap(referencesIn)
      .filter((each) => !given.has(each.replace(/\/_history\/.*/, '')));
    expect([...new Set(missing)].sort()).toEqual([
      'Endpoint/dicomweb-example',
      'Practitioner/practitioner-example',
    ]);
  });

  it('are accepted by the embedded server with all profiles', async () => {
    const guides = GUIDES.flatMap((name) => guideDefinitions(name).resources);
    const profiles = [...guides, ...ownProfiles()].filter(
      (each) => each.resourceType === 'StructureDefinition',
    );
    const server = createFhirServer({ profiles });
    await expect(server.load(valid)).resolves.toBeUndefined();
    const percent = invalid.get('risk-in-percent')!;
    await expect(server.load([percent])).rejects.toThrow('RiskAssessment.prediction');
  });
});

describe('invalid examples', () => {
  it('there is one of each profile', () => {
    const claimed = new Set([...invalid.values()].flatMap(claimsOf));
    expect(valid.flatMap(claimsOf).filter((url) => !claimed.has(url))).toEqual([]);
    expect([...invalid.keys()].sort()).toEqual(changes.map(({ id }) => id).sort());
  });

  it.each(changes.map((change) => [change.id, change.why, change.fails] as const))(
    '%s: %s',
    (id, _why, fails) => {
      const errors = validator
        .validate(invalid.get(id)!, valid)
        .filter(({ severity }) => severity === 'error');
      expect(errors).not.toEqual([]);
      // Wrong in one way: nothing else may be amiss.
      for (const { constraint, element } of errors) expect([constraint, element]).toContain(fails);
    },
  );
});

describe('the interval of a risk', () => {
  const brokenBy = (low: number, high: number): string[] => {
    const risk = structuredClone(valid.find(({ id }) => id === 'risk-assessment-example')) as RiskAssessment;
    const [bottom, top] = risk.prediction?.[1]?.extension?.[0]?.extension ?? [];
    Object.assign(bottom!, { valueDecimal: low });
    Object.assign(top!, { valueDecimal: high });
    return validator.validate(risk, valid).map(({ constraint }) => constraint ?? '');
  };

  it.each([
    ['bounds in order around the risk of 0.274', 0.2, 0.3, []],
    ['a bound that is the risk itself', 0.274, 0.274, []],
    ['bounds that change places', 0.373, 0.196, ['rri-bounds', 'rra-interval']],
    ['a negative bound', -0.01, 0.3, ['rri-bounds']],
    ['both bounds below the risk', 0.1, 0.2, ['rra-interval']],
  ] as const)('%s', (_what, low, high, broken) => {
    expect(brokenBy(low, high).sort()).toEqual([...broken].sort());
  });
});

describe('what else conforms', () => {
  it('the shipped follow-up policy is a follow-up-policy', () => {
    const file = path.join(PACKAGE_ROOT, 'config/follow-up-policy.json');
    const policy = JSON.parse(readFileSync(file, 'utf8')) as FhirResource;
    expect(validator.validateAs(`${CANONICAL}/StructureDefinition/follow-up-policy`, policy)).toEqual([]);
  });

  describe('the CapabilityStatement', () => {
    const [statement] = readFolder('requirements').values();
    const resources = (statement as CapabilityStatement).rest?.[0]?.resource ?? [];

    it.each(chartQueries(loadTerminology([PROFILES_FOLDER])).map((query) => [query.key, query] as const))(
      'asks for what is searched: %s',
      (_key, { resourceType, parameters }) => {
        const asked = resources.find(({ type }) => type === resourceType);
        const names = parameters.map(([name]) => name);
        expect(asked?.searchParam?.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
        expect(asked?.interaction).toContainEqual({ code: names.length === 0 ? 'read' : 'search-type' });
      },
    );

    it('asks for update-create of all that is written back', () => {
      const updates = resources.filter(({ updateCreate }) => updateCreate === true);
      expect(updates.map(({ type }) => type)).toEqual([
        'DiagnosticReport',
        'RiskAssessment',
        'Device',
        'Provenance',
      ]);
      for (const { interaction } of updates) expect(interaction).toContainEqual({ code: 'update' });
    });
  });

  it('definitions other than profiles are valid R4', () => {
    const others = ['valuesets', 'codesystems', 'conceptmaps', 'requirements'].flatMap((folder) => [
      ...readFolder(folder).values(),
    ]);
    for (const resource of others) expect(validator.validate(resource), resource.id).toEqual([]);
  });
});
