import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createHandlers,
  isReady,
  type AssessmentRef,
  type JobHandlers,
} from '../../../src/assessment/index.ts';
import { CHART_QUERY_KEYS, type ChartSource } from '../../../src/chart/index.ts';
import { CdsError } from '../../../src/domain/index.ts';
import { createLog, createMetrics } from '../../../src/platform/index.ts';
import { diseaseStatus, panel, readings, type Resource } from '../support/fhir.ts';
import { NEVER } from '../support/reading.ts';
import { changed, SITE, startBench, story, TODAY, type Bench } from './bench.ts';

let bench: Bench;
let handlers: JobHandlers;
/** What the worker's own reading brings now. */
let chart: Resource[] | CdsError;
let logged: string[];
const asked: string[] = [];

const source: ChartSource = {
  read: (patientId, keys) => {
    asked.push(patientId);
    expect(keys).toEqual(CHART_QUERY_KEYS);
    return chart instanceof CdsError ? Promise.reject(chart) : Promise.resolve({ conditions: chart });
  },
};

beforeEach(async () => {
  bench = await startBench();
  chart = story();
  logged = [];
  asked.length = 0;
  handlers = createHandlers({
    assessor: bench.assessor,
    store: bench.store,
    sites: new Map([[SITE.tenant, { fhirBaseUrl: SITE.fhirBaseUrl, timeZone: 'UTC', source }]]),
    queryKeys: CHART_QUERY_KEYS,
    modelDigest: bench.models.identity.digest,
    log: createLog('trace', { write: (line: string) => void logged.push(line) }),
    metrics: createMetrics(),
  });
});
afterEach(() => bench.close());

/** The job a hook would queue for a chart as it saw it. */
const refFor = (resources: readonly Resource[], date = TODAY): AssessmentRef => {
  const plan = bench.plan(resources, date);
  if (!isReady(plan)) throw new Error('not eligible');
  return {
    tenant: SITE.tenant,
    patientId: 'p1',
    landmarkDate: date,
    fingerprint: plan.assessable.fingerprint,
    resourcesFingerprint: plan.assessable.resourcesFingerprint,
    modelDigest: bench.models.identity.digest,
  };
};
const answerTo = (ref: AssessmentRef) => bench.store.assessment(ref.tenant, ref.patientId, ref.fingerprint);

describe('jobs', () => {
  it('a child a modality, then the parent: each computed once', async () => {
    const ref = refFor(story());
    await handlers.modality(ref, 'metabolomics', NEVER);
    await handlers.modality(ref, 'cfdna', NEVER);
    await handlers.fusion(ref, NEVER);
    expect(bench.ran).toEqual(['metabolomics', 'cfdna', 'risk:metabolomics+cfdna']);
    expect(await answerTo(ref)).toMatchObject({
      fingerprint: ref.fingerprint,
      risk: { status: 'estimated' },
    });
  });

  it('may be repeated, and the parent may come alone', async () => {
    const ref = refFor(story());
    await handlers.fusion(ref, NEVER);
    const first = await answerTo(ref);
    await handlers.modality(ref, 'cfdna', NEVER);
    await handlers.fusion(ref, NEVER);
    expect(await answerTo(ref)).toEqual(first);
    expect(bench.ran.filter((each) => each === 'cfdna')).toHaveLength(1);
  });

  it('a modality without evidence has nothing to do', async () => {
    await handlers.modality(refFor(story()), 'radiomics', NEVER);
    expect(bench.ran).toEqual([]);
  });

  it('for another model than this worker has is refused before anything is read', async () => {
    const ref = { ...refFor(story()), modelDigest: '0'.repeat(64) };
    await expect(handlers.fusion(ref, NEVER)).rejects.toMatchObject({ code: 'MODEL_DIGEST_MISMATCH' });
    await expect(handlers.modality(ref, 'cfdna', NEVER)).rejects.toMatchObject({
      code: 'MODEL_DIGEST_MISMATCH',
    });
    expect(asked).toEqual([]);
  });

  it('of a tenant that is not configured is refused', async () => {
    await expect(handlers.fusion({ ...refFor(story()), tenant: 'x' }, NEVER)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  it('passes on why the chart could not be read', async () => {
    const ref = refFor(story());
    chart = new CdsError('FHIR_UNREACHABLE');
    await expect(handlers.fusion(ref, NEVER)).rejects.toMatchObject({ code: 'FHIR_UNREACHABLE' });
    chart = [];
    await expect(handlers.fusion(ref, NEVER)).rejects.toMatchObject({ code: 'CHART_PATIENT_MISSING' });
  });

  it('logs nothing of the patient', async () => {
    const ref = refFor(story());
    await handlers.modality(ref, 'cfdna', NEVER);
    await handlers.fusion(ref, NEVER);
    expect(logged).toHaveLength(2);
    for (const line of logged) expect(line).not.toMatch(/p1|2026-01-15|1960/);
  });
});

describe('the chart changed since the hook saw it', () => {
  it('recurred: nothing is computed, and nothing is wrong', async () => {
    const ref = refFor(story());
    chart = changed([diseaseStatus('s1', 'worsened', '2026-05-20')]);
    await handlers.modality(ref, 'cfdna', NEVER);
    await handlers.fusion(ref, NEVER);
    expect([bench.ran, await answerTo(ref)]).toEqual([[], undefined]);
  });

  it('the same resources in newer versions: the newer reading answers', async () => {
    const ref = refFor(story());
    chart = changed([panel('m1', '2026-04-01', readings({ leucine: [400, 'umol/L'] }))]);
    await handlers.fusion(ref, NEVER);
    const newer = await answerTo(refFor(chart));
    expect(newer?.fingerprint).not.toBe(ref.fingerprint);
    expect(await answerTo(ref)).toEqual({ ...newer, fingerprint: ref.fingerprint });
  });

  it('other resources: only the new question is answered', async () => {
    const ref = refFor(story());
    chart = changed([panel('m2', '2026-05-01')]);
    await handlers.fusion(ref, NEVER);
    expect(await answerTo(ref)).toBeUndefined();
    expect(await answerTo(refFor(chart))).toBeDefined();
  });
});

it('a job of an earlier day is computed as of that day, and not for who recurred since', async () => {
  const ref = refFor(story(), '2026-04-20');
  chart = changed([diseaseStatus('s1', 'worsened', '2026-05-20')]);
  await handlers.fusion(ref, NEVER);
  expect(await answerTo(ref)).toBeUndefined();
  chart = changed([panel('m2', '2026-05-01')]);
  await handlers.fusion(ref, NEVER);
  expect(await answerTo(ref)).toMatchObject({
    landmarkDate: '2026-04-20',
    modalities: [{ collectedOn: '2026-04-01' }, {}, {}],
  });
});
