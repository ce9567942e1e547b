/**
 * Charts go wrong in a hundred ways, and none of them may make a fact other than it was: it stays, or it is unknown
 * (or, where the fault takes the record out of the chart, it is what it would be without that record).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clinicalFacts, type ClinicalFacts, type Fact } from '../../../src/chart/index.ts';
import { addDays, CdsError } from '../../../src/domain/index.ts';
import { simulateDemoPatients } from '../../../src/simulation/index.ts';
import { SYSTEMS } from '../../../src/terminology/index.ts';
import {
  allergy,
  attenuation,
  chestCt,
  consent,
  CURATIVE,
  ICD10,
  intent,
  judgement,
  laboratory,
  metastases,
  nodes,
  residualTumour,
  specimen,
} from '../support/clinical.ts';
import { chartOf, concept, condition, procedure, stage, type Resource } from '../support/fhir.ts';
import { terminology } from '../support/reading.ts';

const TODAY = '2026-11-23';
const ZONE = 'Asia/Shanghai';

/** What a simulated chart does not hold, around its operation. */
const beyond = (surgeryOn: string): Resource[] => {
  const day = (days: number): string => addDays(surgeryOn, days);
  return [
    consent('x-consent', day(-60)),
    residualTumour('x-residual', 'R0', day(3)),
    attenuation('x-attenuation', 'part-solid', day(-80)),
    judgement('x-judgement', 'suitable', day(-50)),
    nodes('x-nodes', 'pN2', surgeryOn),
    metastases('x-metastases', 'cM0', day(-100)),
    stage('x-clinical', 'clinical', 'IIIA', day(-100)),
    specimen('x-before', day(-5)),
    specimen('x-after', day(8)),
    chestCt('x-ct-before', day(-12)),
    chestCt('x-ct-after', day(40)),
    allergy('x-allergy', { recordedDate: day(-200) }),
    laboratory('x-egfr', '62238-1', day(20), { value: 72, code: 'mL/min/{1.73_m2}' }),
    laboratory('x-creatinine', '2160-0', day(20), { value: 0.9, unit: 'mg/dL', code: 'mg/dL' }),
    procedure('x-transfusion', day(1), { code: concept(SYSTEMS.snomed, '116859006') }),
    procedure('x-curative', surgeryOn, intent(CURATIVE)),
    condition('x-breast', {
      code: concept(ICD10, 'C50.9'),
      onsetDateTime: day(-2000),
      recordedDate: day(-2000),
    }),
    condition('x-psychosis', {
      code: concept(ICD10, 'F20.0'),
      onsetDateTime: day(-900),
      recordedDate: day(-900),
    }),
  ];
};

/** One with panels of members, one that is partial, one that recurred, one with nothing of it all. */
const CHARTS = ['demo-low-19-months', 'demo-partial-6-months', 'demo-recurred', 'demo-no-lung-cancer'];

/** Members of all panels but one: nine tenths of a chart that no fact rests on, which would hide the other records. */
const isSpare = (id: string): boolean => /-met-(?!baseline)[^-]+-/.test(id);

const charts: readonly (readonly Resource[])[] = simulateDemoPatients(TODAY, terminology)
  .filter(({ id }) => CHARTS.includes(id))
  .map(({ resources }) => {
    const operation = resources.find(({ id }) => id.endsWith('-resection'));
    const on = operation?.resourceType === 'Procedure' ? operation.performedDateTime : undefined;
    const kept = resources.filter(({ id }) => !isSpare(id));
    return [...(kept as unknown as Resource[]), ...beyond(on ?? '2026-01-15')];
  });

const factsOf = (resources: readonly unknown[]): ClinicalFacts =>
  clinicalFacts(chartOf(resources, ZONE), terminology, TODAY);

const UNKNOWN = 'unknown';
const told = (fact: Fact<unknown> | undefined): string =>
  fact?.status === 'known' ? String(fact.value) : UNKNOWN;

/** Every fact in one word, without its evidence. */
const words = (facts: ClinicalFacts): Record<string, string> => ({
  surgery: facts.surgery?.performedOn ?? UNKNOWN,
  radical: told(facts.surgery?.radical),
  residualTumour: told(facts.surgery?.residualTumour),
  pathologicStage: facts.pathologicStage?.group ?? UNKNOWN,
  clinicalStage: facts.clinicalStage?.group ?? UNKNOWN,
  groundGlass: told(facts.groundGlass),
  consent: told(facts.consent),
  judgement: told(facts.judgement),
  egfr: told(facts.contrast.egfr),
  creatinine: told(facts.contrast.creatinine),
});

const names = (refs: readonly { readonly reference: string }[]): string[] =>
  refs.map(({ reference }) => reference);

/** Every fact that is a list, its members in a word each. */
const lists = (facts: ClinicalFacts): Record<string, readonly string[]> => ({
  immunotherapy: facts.immunotherapy.dosesOn,
  platinum: facts.platinum.dosesOn,
  nodes: facts.nodes.map(({ kind, category }) => `${kind} ${category}`),
  metastases: facts.metastases.map(({ kind, category }) => `${kind} ${category}`),
  malignancies: facts.otherMalignancies.map(({ source }) => source.reference),
  transfusions: names(facts.transfusions),
  psychiatric: names(facts.psychiatricDisorders),
  allergies: names(facts.contrast.contrastAllergies),
  samples: facts.samples.map(
    (sample) => `${sample.collectedOn} ${sample.timePoint} ${String(sample.adequate)}`,
  ),
  ctStudies: facts.ctStudies.map(({ startedOn, role }) => `${startedOn} ${role}`),
  lungCancer: names(facts.nsclc.map(({ source }) => source)),
});

/** None, or when: a recurrence without its day is still one. */
const recurrence = ({ recurrence: found }: ClinicalFacts): string =>
  found === undefined ? 'none' : (found.on ?? UNKNOWN);

const without = (resources: readonly Resource[], index: number): Resource[] => resources.toSpliced(index, 1);

/** The facts that are neither as they were nor unknown, nor as they would be without the record. */
const strays = (found: ClinicalFacts, before: ClinicalFacts, removed: ClinicalFacts): string[] => {
  const [was, absent] = [words(before), words(removed)];
  const [had, has] = [lists(before), lists(removed)];
  const ofWords = Object.entries(words(found)).filter(
    ([name, word]) => ![was[name], absent[name], UNKNOWN].includes(word),
  );
  const ofLists = Object.entries(lists(found)).flatMap(([name, members]) =>
    members
      .filter((member) => had[name]?.includes(member) !== true && has[name]?.includes(member) !== true)
      .map((member) => [name, member]),
  );
  const back = recurrence(found);
  const isStray = ![recurrence(before), recurrence(removed), UNKNOWN].includes(back);
  return [...ofWords, ...ofLists, ...(isStray ? [['recurrence', back]] : [])].map((each) => each.join(' '));
};

/** One record of a chart, and what the chart tells with and without it. */
interface Place {
  readonly resources: readonly Resource[];
  readonly index: number;
  readonly resource: Resource;
  readonly before: ClinicalFacts;
  readonly removed: () => ClinicalFacts;
}

const memo = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** One record of each type and code of every chart, the Patient aside. */
const places: readonly Place[] = charts.flatMap((resources) => {
  const seen = new Set<string>();
  const before = factsOf(resources);
  return resources.flatMap((resource, index): Place[] => {
    const kind = `${resource.resourceType} ${JSON.stringify(resource['code'] ?? resource.id)}`;
    if (index === 0 || seen.has(kind)) return [];
    seen.add(kind);
    return [{ resources, index, resource, before, removed: memo(() => factsOf(without(resources, index))) }];
  });
});

/** By number: a counterexample then names the record and not all of its chart. */
const which = fc.nat(places.length - 1);
const placeAt = (index: number): Place => {
  const place = places[index];
  if (place === undefined) throw new Error('no such place');
  return place;
};

type Json = Record<string, unknown>;
const DATE = /^\d{4}-\d{2}-\d{2}/;

/** The resource with every date, dateTime and instant in it rewritten. */
const withDates = (value: unknown, rewrite: (date: string) => unknown): unknown => {
  if (typeof value === 'string') return DATE.test(value) ? rewrite(value) : value;
  if (Array.isArray(value)) return value.map((item) => withDates(item, rewrite));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as Json).map(([key, each]) => [key, withDates(each, rewrite)]),
  );
};

const replaced = (resources: readonly Resource[], index: number, by: unknown): unknown[] =>
  (resources as readonly unknown[]).toSpliced(index, 1, by);

it('the charts tell every fact that is asked about below', () => {
  const all = charts.map((resources) => words(factsOf(resources)));
  for (const name of Object.keys(all[0] ?? {}))
    expect(
      all.map((each) => each[name]),
      name,
    ).not.toEqual(all.map(() => UNKNOWN));
  const some = charts.map((resources) => lists(factsOf(resources)));
  for (const name of Object.keys(some[0] ?? {}))
    expect(
      some.some((each) => (each[name] ?? []).length > 0),
      name,
    ).toBe(true);
  expect(charts.map((resources) => recurrence(factsOf(resources)))).toContain('none');
  expect(new Set(charts.map((resources) => recurrence(factsOf(resources)))).size).toBeGreaterThan(1);
});

describe('a record', () => {
  it('told twice changes nothing, not even the evidence; under another id no fact', () => {
    fc.assert(
      fc.property(which, fc.boolean(), (at, first) => {
        const { resources, resource, before } = placeAt(at);
        const copy = { ...resource, id: `${resource.id}-copy` };
        const twice = first ? [resource, ...resources] : [...resources, resource];
        // The order of evidence is the chart's.
        if (!first) expect(factsOf(twice)).toEqual(before);
        const copied = factsOf(first ? [copy, ...resources] : [...resources, copy]);
        expect([words(factsOf(twice)), words(copied)]).toEqual([words(before), words(before)]);
        expect(recurrence(copied)).toBe(recurrence(before));
        for (const [name, members] of Object.entries(lists(copied)))
          expect(new Set(members.map((member) => member.replace(/-copy$/, ''))), name).toEqual(
            new Set(lists(before)[name]),
          );
      }),
      { numRuns: 150 },
    );
  });

  it('entered in error is no record', () => {
    for (const { resources, index, resource, removed } of places) {
      const verification =
        resource.resourceType === 'AllergyIntolerance'
          ? SYSTEMS.allergyVerification
          : SYSTEMS.conditionVerification;
      const error =
        'verificationStatus' in resource
          ? { ...resource, verificationStatus: concept(verification, 'entered-in-error') }
          : { ...resource, status: 'entered-in-error' };
      expect(factsOf(replaced(resources, index, error))).toEqual(removed());
    }
  });

  it('of after the day is no record on it', () => {
    const later = (date: string): string => `${String(Number(date.slice(0, 4)) + 40)}${date.slice(4)}`;
    for (const { resources, index, resource, removed } of places)
      expect(factsOf(replaced(resources, index, withDates(resource, later)))).toEqual(removed());
  });

  it.each<[string, (date: string) => unknown]>([
    ['gone', () => undefined],
    ['known to the year', (date) => date.slice(0, 4)],
    ['known to the month', (date) => date.slice(0, 7)],
    ['without an offset', (date) => `${date.slice(0, 10)}T10:00:00`],
    ['of no calendar', (date) => `${date.slice(0, 4)}-02-30`],
  ])('whose date is %s leaves each fact as it was or unknown', (_, rewrite) => {
    for (const { resources, index, resource, before, removed } of places) {
      const found = factsOf(replaced(resources, index, withDates(resource, rewrite)));
      expect(strays(found, before, removed()), resource.id).toEqual([]);
      // Nor does a fact become what it would be without the record.
      const [was, is] = [words(before), words(found)];
      for (const name of Object.keys(was)) expect([was[name], UNKNOWN], name).toContain(is[name]);
    }
  });

  const SURGERY = '2026-01-15';
  it.each<[name: string, values: readonly string[], (id: string, value: string, on: string) => Resource]>([
    ['pathologicStage', ['IB', 'IIB', 'IIIA', 'IIIC'], (id, group, on) => stage(id, 'pathologic', group, on)],
    ['residualTumour', ['R0', 'R1', 'R2'], (id, which, on) => residualTumour(id, which as 'R0', on)],
    ['groundGlass', ['pure-ground-glass', 'part-solid', 'solid'], attenuation],
    ['judgement', ['suitable', 'unsuitable'], judgement],
    ['consent', ['active', 'rejected'], (id, status, on) => consent(id, on, { status })],
    [
      'egfr',
      ['30', '60', '90'],
      (id, value, on) => laboratory(id, '62238-1', on, { value: Number(value), code: 'mL/min/{1.73_m2}' }),
    ],
  ])('without its date never turns the word on %s into another', (name, values, build) => {
    const said = fc.record({ value: fc.constantFrom(...values), day: fc.integer({ min: -3, max: 3 }) });
    fc.assert(
      fc.property(fc.array(said, { minLength: 1, maxLength: 4 }), fc.nat(), (records, at) => {
        const built = records.map(({ value, day }, index) =>
          build(`s${String(index)}`, value, addDays(SURGERY, day)),
        );
        const resources = [{ resourceType: 'Patient', id: 'p1' }, procedure('r', SURGERY), ...built];
        const index = 2 + (at % built.length);
        const undated = withDates(resources[index], () => undefined);
        // What was in conflict is not settled by losing a date, either.
        expect([words(factsOf(resources))[name], UNKNOWN]).toContain(
          words(factsOf(replaced(resources, index, undated)))[name],
        );
      }),
      { numRuns: 300 },
    );
  });

  it('whose instant is written with another offset says the same', () => {
    const inOffset = (minutes: number) => (written: string) => {
      if (!written.includes('T')) return written;
      const local = new Date(Date.parse(written) + minutes * 60_000).toISOString().slice(0, 19);
      const [sign, size] = [minutes < 0 ? '-' : '+', Math.abs(minutes)];
      const two = (value: number): string => String(Math.trunc(value)).padStart(2, '0');
      return `${local}${sign}${two(size / 60)}:${two(size % 60)}`;
    };
    fc.assert(
      fc.property(which, fc.integer({ min: -14 * 4, max: 14 * 4 }), (at, quarters) => {
        const { resources, index, resource, before } = placeAt(at);
        const moved = factsOf(replaced(resources, index, withDates(resource, inOffset(quarters * 15))));
        expect([words(moved), lists(moved)]).toEqual([words(before), lists(before)]);
      }),
      { numRuns: 100 },
    );
  });
});

/** The member that a path of numbers leads to, and what holds it. */
const memberAt = (resource: Json, path: readonly number[]): { holder: Json; key: string } => {
  const keyOf = (holder: Json, step: number): string => {
    const keys = Object.keys(holder);
    return keys[step % keys.length] ?? 'id';
  };
  let holder = resource;
  let key = keyOf(holder, path[0] ?? 0);
  for (const step of path.slice(1)) {
    const below = holder[key];
    if (typeof below !== 'object' || below === null || Object.keys(below).length === 0) break;
    holder = below as Json;
    key = keyOf(holder, step);
  }
  return { holder, key };
};

describe('any member of any record', () => {
  const nasty = fc.constantFrom<unknown>(
    undefined,
    null,
    7,
    true,
    '',
    'x',
    '__proto__',
    'x'.repeat(100_000),
    [],
    [null],
    {},
    { coding: 'x' },
    { reference: 'Patient/' },
    { reference: '#x' },
  );

  it('spoilt leaves each fact as it was, unknown, or as without the record', () => {
    fc.assert(
      fc.property(
        which,
        fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }),
        nasty,
        (where, path, value) => {
          const { resources, index, resource, before, removed } = placeAt(where);
          const spoilt = structuredClone(resource) as unknown as Json;
          const { holder, key } = memberAt(spoilt, path);
          // Another amount is another amount, and another id another name; what is tested is what cannot be read.
          fc.pre(!(key === 'value' && typeof value === 'number') && !(holder === spoilt && key === 'id'));
          holder[key] = value;
          const found = factsOf(replaced(resources, index, spoilt));
          expect(strays(found, before, removed())).toEqual([]);
        },
      ),
      { numRuns: 800 },
    );
  });

  it('a chart without its Patient is refused with a code, and nothing else is', () => {
    for (const resources of charts) expect(() => factsOf(resources.slice(1))).toThrow(CdsError);
  });
});
