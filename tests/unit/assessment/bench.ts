/** The assessor over the shipped models and a store in memory; counts what is computed. */
import {
  createAssessor,
  createFingerprint,
  createResultStore,
  createSqliteRecords,
} from '../../../src/assessment/index.ts';
import type { AssessorDependencies } from '../../../src/assessment/assessor.ts';
import { DEFAULT_ELIGIBILITY } from '../../../src/eligibility/index.ts';
import { loadModels } from '../../../src/model-registry/index.ts';
import { fixedClock } from '../../../src/platform/index.ts';
import { chartOf, eligibleStory, markers, panel, report, type Resource } from '../support/fhir.ts';
import { MODELS, modalities, terminology } from '../support/reading.ts';

export const SITE = { tenant: 'site', fhirBaseUrl: 'http://fhir.example.org/r4' };
export const TODAY = '2026-06-01';

export const sample = markers('f1', '2026-04-01');
/** An eligible patient with both samples, before and after surgery. */
export const story = (): Resource[] => [
  ...eligibleStory(),
  panel('m0', '2026-01-10'),
  panel('m1', '2026-04-01'),
  ...markers('f0', '2026-01-08'),
  report('g1', sample, '2026-04-01'),
  ...sample,
];

/** The story with resources replaced by id, added, or taken away. */
export const changed = (changes: readonly Resource[] = [], gone: readonly string[] = []): Resource[] => {
  const byId = new Map(story().map((each) => [each.id, each]));
  for (const each of changes) byId.set(each.id, each);
  for (const id of gone) byId.delete(id);
  return [...byId.values()];
};

export async function startBench(change: Partial<AssessorDependencies> = {}) {
  const models = await loadModels(MODELS, 'recurrence-risk');
  const key = Buffer.alloc(32, 5);
  const store = createResultStore(createSqliteRecords(':memory:'), { key, ttlSeconds: 3600 });
  const ran: string[] = [];
  const dependencies: AssessorDependencies = {
    terminology,
    modalities,
    store,
    clock: fixedClock(`${TODAY}T10:00:00Z`),
    fingerprint: createFingerprint(key),
    eligibilityOf: () => DEFAULT_ELIGIBILITY,
    ...change,
    models: {
      ...models,
      score: (modality, features) => {
        ran.push(modality);
        return models.score(modality, features);
      },
      risk: (subset, scores, months) => {
        ran.push(`risk:${subset}`);
        return models.risk(subset, scores, months);
      },
      ...change.models,
    },
  };
  const assessor = createAssessor(dependencies);
  return {
    models,
    store,
    ran,
    assessor,
    dependencies,
    plan: (resources: readonly Resource[], date = TODAY, site = SITE, retrospective = false) =>
      assessor.plan(site, chartOf(resources), date, { retrospective }),
    close: async () => {
      await models.close();
      await store.close();
    },
  };
}
export type Bench = Awaited<ReturnType<typeof startBench>>;
