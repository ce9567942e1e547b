import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFingerprint, isReady, type ReadyPlan } from '../../../src/assessment/index.ts';
import { canonicalEvidence } from '../../../src/assessment/fingerprint.ts';
import { CdsError, MODALITY_IDS, type ErrorCode } from '../../../src/domain/index.ts';
import { parseChart } from '../../../src/chart/index.ts';
import {
  chartOf,
  concept,
  condition,
  diseaseStatus,
  marker,
  panel,
  patient,
  procedure,
  readings,
  type Resource,
} from '../support/fhir.ts';
import { modalities, NEVER, terminology } from '../support/reading.ts';
import { changed, SITE, startBench, story, TODAY, type Bench } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench.close());

const ready = (resources: readonly Resource[], date = TODAY, site = SITE): ReadyPlan => {
  const plan = bench.plan(resources, date, site);
  if (!isReady(plan)) throw new Error('not eligible');
  return plan;
};
const fingerprints = (plan: ReadyPlan) => ({
  assessment: plan.assessable.fingerprint,
  metabolomics: plan.assessable.scoreFingerprints.get('metabolomics'),
  cfdna: plan.assessable.scoreFingerprints.get('cfdna'),
  resources: plan.assessable.resourcesFingerprint,
});

describe('one assessment', () => {
  it('is computed once for the same chart, whatever the order of its resources', async () => {
    const first = await bench.assessor.complete(ready(story()), chartOf(story()), NEVER);
    expect(bench.ran).toEqual(['metabolomics', 'cfdna', 'risk:metabolomics+cfdna']);
    const again = ready(story().toReversed());
    expect(await bench.assessor.stored(again)).toEqual(first);
    expect(fingerprints(again)).toEqual(fingerprints(ready(story())));
    // a second worker scores nothing anew
    await bench.assessor.complete(again, chartOf(story()), NEVER);
    expect(bench.ran.filter((each) => !each.startsWith('risk'))).toEqual(['metabolomics', 'cfdna']);
  });

  it('holds what a card needs: risks in order, every modality, model, evidence', async () => {
    const assessment = await bench.assessor.complete(ready(story()), chartOf(story()), NEVER);
    expect(assessment).toMatchObject({
      tenant: 'site',
      patientId: 'p1',
      landmarkDate: TODAY,
      surgeryDate: '2026-01-15',
      computedAt: `${TODAY}T10:00:00.000Z`,
      model: { id: 'recurrence-risk', simulated: true },
      risk: { status: 'estimated', subset: ['metabolomics', 'cfdna'] },
    });
    expect(assessment.modalities.map((each) => [each.modality, each.status])).toEqual([
      ['metabolomics', 'present'],
      ['radiomics', 'absent'],
      ['cfdna', 'present'],
    ]);
    expect(assessment.modalities.map((each) => each.modality)).toEqual([...MODALITY_IDS]);
    const references = assessment.evidence.map((ref) => ref.reference);
    expect(references).toEqual(references.toSorted());
    expect(new Set(references).size).toBe(references.length);
    expect(references).toEqual(
      expect.arrayContaining([
        'Patient/p1',
        'Condition/nsclc',
        'Procedure/lobectomy',
        'Observation/stage',
        'Observation/m0',
        'Observation/m1',
        'DiagnosticReport/g1',
      ]),
    );
  });

  it('fuses stored scores alone, and none while one is missing', async () => {
    const plan = ready(story());
    const chart = chartOf(story());
    expect(await bench.assessor.fuseStored(plan)).toBeUndefined();
    await bench.assessor.score(plan, chart, 'cfdna', NEVER);
    expect(await bench.assessor.fuseStored(plan)).toBeUndefined();
    await bench.assessor.score(plan, chart, 'metabolomics', NEVER);
    expect(await bench.assessor.fuseStored(plan)).toEqual(await bench.assessor.complete(plan, chart, NEVER));
    // the next day the same scores serve a new landmark
    bench.ran.length = 0;
    const tomorrow = ready(story(), '2026-06-02');
    expect(await bench.assessor.fuseStored(tomorrow)).toMatchObject({ landmarkDate: '2026-06-02' });
    expect(bench.ran).toEqual(['risk:metabolomics+cfdna']);
  });

  it('rests on what is there: one modality, or none', async () => {
    const withoutPanel = changed([], ['m0', 'm1']);
    const one = await bench.assessor.complete(ready(withoutPanel), chartOf(withoutPanel), NEVER);
    expect(one.risk).toMatchObject({ status: 'estimated', subset: ['cfdna'] });
    expect(one.modalities[0]).toMatchObject({ status: 'absent', reason: 'no-data' });
    const nothing = changed(
      [],
      ['m0', 'm1', 'g1', ...story().flatMap(({ id }) => (/^f\d/.test(id) ? [id] : []))],
    );
    const none = await bench.assessor.complete(ready(nothing), chartOf(nothing), NEVER);
    expect(none.risk).toEqual({ status: 'not-estimable', reason: 'no-modality' });
  });

  it('asked for a modality without evidence is a fault of the caller', async () => {
    await expect(
      bench.assessor.score(ready(story()), chartOf(story()), 'radiomics', NEVER),
    ).rejects.toMatchObject({
      code: 'INTERNAL',
    });
  });
});

describe('the fingerprint', () => {
  const base = () => fingerprints(ready(story()));

  it.each<[string, Resource[], (keyof ReturnType<typeof base>)[]]>([
    // what changes, and which names change with it
    ['an irrelevant new condition', changed([condition('x', { code: concept('urn:x', 'y') })]), []],
    ['a new visit without recurrence', changed([diseaseStatus('s9', 'stable', '2026-05-01')]), []],
    [
      'one lab value',
      changed([panel('m1', '2026-04-01', readings({ leucine: [101, 'umol/L'] }))]),
      ['assessment', 'metabolomics'],
    ],
    [
      'one marker',
      changed([marker('f1-tumour-fraction', 'tumour-fraction', '2026-04-01', [0.03, '1'])]),
      ['assessment', 'cfdna'],
    ],
    ['a new panel', changed([panel('m2', '2026-05-01')]), ['assessment', 'metabolomics', 'resources']],
    ['the Patient', changed([patient({ gender: 'female' })]), ['assessment']],
    [
      'the operation',
      changed([procedure('lobectomy', '2026-01-15', { note: [{ text: 'x' }] })]),
      ['assessment'],
    ],
  ])('%s', (_, resources, expected) => {
    const [before, after] = [base(), fingerprints(ready(resources))];
    const differ = (Object.keys(before) as (keyof typeof before)[]).filter(
      (key) => before[key] !== after[key],
    );
    expect(differ).toEqual(expected);
  });

  it('is another for another day, tenant, server or patient', () => {
    const other = {
      day: ready(story(), '2026-06-02'),
      tenant: ready(story(), TODAY, { ...SITE, tenant: 'other' }),
      server: ready(story(), TODAY, { ...SITE, fhirBaseUrl: 'http://other/r4' }),
    };
    const names = [base().assessment, ...Object.values(other).map((plan) => plan.assessable.fingerprint)];
    expect(new Set(names).size).toBe(4);
    // a score is the same on every day, and no other site's
    expect(fingerprints(other.day).metabolomics).toBe(base().metabolomics);
    expect(fingerprints(other.tenant).metabolomics).not.toBe(base().metabolomics);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is another for another vocabulary, model or threshold', async () => {
    const { models } = bench.dependencies;
    const variants = await Promise.all([
      startBench({ terminology: { ...terminology, version: 'other' } }),
      startBench({ models: { ...models, layer: { ...models.layer, sha256: '0'.repeat(64) } } }),
      startBench({ models: { ...models, layer: { ...models.layer, strataThresholds: [0.2, 0.3] } } }),
    ]);
    const planned = variants.map((variant) => fingerprints(variant.plan(story()) as ReadyPlan));
    for (const each of planned) expect(each.assessment).not.toBe(base().assessment);
    // maps and molar masses decide what a score is made of; a layer does not
    expect(planned.map((each) => each.cfdna === base().cfdna)).toEqual([false, true, true]);
    for (const variant of variants) await variant.close();
  });

  it('needs the key', () => {
    const [one, two] = [createFingerprint(Buffer.alloc(32, 1)), createFingerprint(Buffer.alloc(32, 2))];
    expect(one(['a'])).not.toBe(two(['a']));
    expect(one(['a'])).toBe(one(['a']));
    expect(one(['a', 'b'])).not.toBe(one(['ab']));
  });

  it('canonical evidence has each resource once, in order', () => {
    const ref = (reference: string) => ({ reference, version: '1' });
    expect(canonicalEvidence([ref('B/1'), ref('A/2'), ref('B/1')])).toEqual([ref('A/2'), ref('B/1')]);
  });
});

describe('what could not be read', () => {
  const keys = ['metabolomics', 'cfdna', 'genomicReports'] as const;
  const reasons = (unread: readonly (typeof keys)[number][], resources: readonly Resource[]) => {
    const read = Object.fromEntries(keys.filter((key) => !unread.includes(key)).map((key) => [key, []]));
    const chart = parseChart({ conditions: resources, ...read }, 'UTC', keys);
    const plan = bench.assessor.plan(SITE, chart, TODAY);
    return Object.fromEntries(
      [...(plan.assessable?.selections ?? [])].map(([id, selection]) => [
        id,
        selection.status === 'present' ? 'present' : selection.reason,
      ]),
    );
  };
  const bare = changed(
    [],
    story().flatMap(({ id }) => (/^[mfg]\d/.test(id) ? [id] : [])),
  );

  it('is no-access, never "nothing there"', () => {
    expect(reasons([], bare)).toEqual({ metabolomics: 'no-data', radiomics: 'no-model', cfdna: 'no-data' });
    expect(reasons(['metabolomics'], bare)).toMatchObject({ metabolomics: 'no-access', cfdna: 'no-data' });
    expect(reasons(['genomicReports'], bare)).toMatchObject({
      metabolomics: 'no-access',
      cfdna: 'no-access',
    });
  });

  it('does not matter where what is there suffices', () => {
    expect(reasons(['genomicReports'], story())).toMatchObject({ cfdna: 'present' });
  });

  it('makes another fingerprint than nothing there', () => {
    const plan = (expected: readonly (typeof keys)[number][]) =>
      bench.assessor.plan(SITE, parseChart({ conditions: bare }, 'UTC', expected), TODAY).assessable
        ?.fingerprint;
    expect(plan(['metabolomics'])).not.toBe(plan([]));
  });
});

describe('landmarks', () => {
  it('an earlier one sees what a visit on that day would have seen', async () => {
    const later = changed([
      panel('m2', '2026-05-01', readings({ leucine: [900, 'umol/L'] })),
      diseaseStatus('s1', 'worsened', '2026-05-20'),
    ]);
    const then = bench.plan(later, '2026-04-20', SITE, true);
    if (!isReady(then)) throw new Error('not eligible then');
    const asItWas = ready(story(), '2026-04-20');
    expect(fingerprints(then)).toEqual(fingerprints(asItWas));
    const now = await bench.assessor.complete(then, chartOf(later), NEVER);
    bench.ran.length = 0;
    expect(await bench.assessor.stored(asItWas)).toEqual(now);
    expect(isReady(bench.plan(later))).toBe(false); // today: recurred
    expect(isReady(bench.plan(later, '2026-04-20'))).toBe(false); // live, whatever the date: recurred
  });

  it('before surgery nothing can be assessed; soon after it is too early', async () => {
    const before = bench.plan(story(), '2026-01-14');
    expect(before.assessable).toBeUndefined();
    expect(isReady(before)).toBe(false);
    // 15 days are .49 months; the layer begins at half a month
    const early = await bench.assessor.complete(ready(story(), '2026-01-30'), chartOf(story()), NEVER);
    expect(early.risk).toEqual({ status: 'not-estimable', reason: 'too-early' });
  });
});

describe('a model that does not fit its modality', () => {
  it('is refused at the start', async () => {
    const [first, ...rest] = modalities;
    if (first === undefined) throw new Error('no modality');
    for (const wrong of [
      { ...first, preprocessing: 'metabolomics/0' },
      { ...first, featureNames: first.featureNames.slice(1) },
    ])
      await expect(startBench({ modalities: [wrong, ...rest] })).rejects.toMatchObject({
        code: 'MODEL_MANIFEST_INVALID',
      });
  });

  it('without a model a modality is absent, and says so', async () => {
    const { models } = bench.dependencies;
    const partial = await startBench({
      models: { ...models, scoreManifest: (id) => (id === 'cfdna' ? undefined : models.scoreManifest(id)) },
    });
    expect(partial.plan(story()).assessable?.selections.get('cfdna')).toEqual({
      status: 'absent',
      reason: 'no-model',
      evidence: [],
    });
    await partial.close();
  });
});

describe('a modality that fails', () => {
  const failing = (code: ErrorCode) =>
    startBench({
      models: {
        ...bench.models,
        score: (modality, features) =>
          modality === 'cfdna' ? Promise.reject(new CdsError(code)) : bench.models.score(modality, features),
      },
    });

  it('for good is told as failed, and the other still gives its risk', async () => {
    const broken = await failing('MODEL_RUN_FAILED');
    const assessment = await broken.assessor.complete(ready(story()), chartOf(story()), NEVER);
    expect(assessment.risk).toMatchObject({ status: 'estimated', subset: ['metabolomics'] });
    expect(assessment.modalities[2]).toMatchObject({ modality: 'cfdna', status: 'absent', reason: 'failed' });
    await broken.close();
  });

  it.each([
    ['PACS_UNREACHABLE', 'absent', 'images-unavailable'],
    ['PACS_REFUSED', 'absent', 'images-unavailable'],
    ['DICOM_TRUNCATED', 'rejected', 'images-unreadable'],
    ['CT_SLICES_MISSING', 'rejected', 'images-unsuitable'],
    ['CT_NO_SERIES', 'rejected', 'no-suitable-series'],
    ['CT_IDENTITY_MISMATCH', 'rejected', 'identity-mismatch'],
  ] as const)('for want of images (%s) is told as %s: %s', async (code, status, reason) => {
    const lacking = await failing(code);
    const assessment = await lacking.assessor.complete(ready(story()), chartOf(story()), NEVER);
    expect(assessment.risk).toMatchObject({ status: 'estimated', subset: ['metabolomics'] });
    expect(assessment.modalities[2]).toMatchObject({ modality: 'cfdna', status, reason });
    await lacking.close();
  });

  it('is not tried again by the fusion that follows at once, and is after a while', async () => {
    let tries = 0;
    let now = 0;
    const lacking = await startBench({
      clock: { now: () => new Date(now) },
      models: {
        ...bench.models,
        score: (modality, features) => {
          if (modality !== 'cfdna') return bench.models.score(modality, features);
          tries++;
          return Promise.reject(new CdsError('PACS_TIMEOUT'));
        },
      },
    });
    const { assessor } = lacking;
    await expect(assessor.score(ready(story()), chartOf(story()), 'cfdna', NEVER)).rejects.toThrow();
    await assessor.complete(ready(story()), chartOf(story()), NEVER);
    expect(tries).toBe(1);
    now = 300_000;
    await assessor.complete(ready(story()), chartOf(story()), NEVER);
    expect(tries).toBe(2);
    await lacking.close();
  });

  it('for now fails the whole, so that it is tried again', async () => {
    const away = await failing('STORE_UNAVAILABLE');
    await expect(away.assessor.complete(ready(story()), chartOf(story()), NEVER)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    await away.close();
  });
});
