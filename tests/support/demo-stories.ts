/** What the demonstration's stories claim, held against what the shipped models show on a day. */
import path from 'node:path';
import {
  createAssessor,
  createFingerprint,
  createResultStore,
  createSqliteRecords,
  isReady,
} from '../../src/assessment/index.ts';
import { createReading } from '../../src/app/index.ts';
import { parseChart } from '../../src/chart/index.ts';
import {
  daysBetween,
  type Assessment,
  type ModalityFlag,
  type ModalityId,
  type ModalityOutcome,
  type RiskEstimate,
  type Stratum,
} from '../../src/domain/index.ts';
import { DEFAULT_ELIGIBILITY } from '../../src/eligibility/index.ts';
import { loadModels } from '../../src/model-registry/index.ts';
import { fixedClock, PACKAGE_ROOT } from '../../src/platform/index.ts';
import { simulationCodes } from '../../src/simulation/codes.ts';
import type { DemoCaseSpec } from '../../src/simulation/demo-case-spec.ts';
import { simulateDemoPatient } from '../../src/simulation/demo-patients.ts';

export interface Claim {
  /** Of the 12-month risk that the card shows. */
  readonly stratum?: Stratum;
  /** Flags of the metabolomics that the card has to show. */
  readonly flags?: readonly ModalityFlag[];
  /** Modalities that the risk rests on; metabolomics and cfDNA where absent. */
  readonly rests?: readonly ModalityId[];
  /** One modality raises the risk more than any other. */
  readonly raisedBy?: ModalityId;
  /** The tumour fraction rises from draw to draw, from this month on. */
  readonly fractionRisesSince?: number;
}

type Estimated = Extract<RiskEstimate, { status: 'estimated' }>;

/** Flags that only the stories that tell of them may have. */
const TOLD: readonly ModalityFlag[] = ['no-baseline', 'haemolysed', 'not-fasting'];
/** Samples of today's visit are this old at most. */
const FRESH_DAYS = 20;

/** By patient; the others get no number, or one that no story tells of. */
export const CLAIMS: Readonly<Record<string, Claim>> = {
  'demo-low-3-months': { stratum: 'low' },
  'demo-low-19-months': { stratum: 'low' },
  'demo-intermediate-7-months': { stratum: 'intermediate', flags: ['below-detection'] },
  'demo-high-10-months': { stratum: 'high', raisedBy: 'cfdna', fractionRisesSince: 3 },
  'demo-high-13-months': { stratum: 'high' },
  'demo-partial-6-months': { rests: ['metabolomics'], flags: ['haemolysed'] },
  'demo-no-baseline-8-months': { stratum: 'intermediate', flags: ['no-baseline', 'not-fasting'] },
};

/** Days over two years, for batches and thus numbers differ from quarter to quarter. */
export const DAYS: readonly string[] = ['2026-03-18', '2026-06-01', '2026-11-23', '2027-02-10', '2027-08-05'];

export interface Storyteller {
  /** @returns undefined where the chart leads to no assessment */
  readonly assess: (spec: DemoCaseSpec, today: string) => Promise<Assessment | undefined>;
  readonly close: () => Promise<void>;
}

/** The assessor of the service over the shipped models, with a store in memory. */
export async function startStoryteller(): Promise<Storyteller> {
  const { terminology, modalities } = createReading({
    terminology: [path.join(PACKAGE_ROOT, 'fhir-profiles')],
  });
  const codes = simulationCodes(terminology);
  const loaded = await loadModels(path.join(PACKAGE_ROOT, 'models'), 'recurrence-risk');
  const key = Buffer.alloc(32, 3);
  const store = createResultStore(createSqliteRecords(':memory:'), { key, ttlSeconds: 3600 });
  const assessor = createAssessor({
    ...{ terminology, modalities, models: loaded, store },
    clock: fixedClock('2027-12-31T10:00:00Z'),
    fingerprint: createFingerprint(key),
    eligibilityOf: () => DEFAULT_ELIGIBILITY,
  });
  return {
    assess: async (spec, today) => {
      const { resources } = simulateDemoPatient(spec, today, codes);
      const chart = parseChart({ conditions: resources }, 'UTC');
      // A tenant for each seed: the same evidence has other values.
      const site = { tenant: `seed-${String(spec.seed)}`, fhirBaseUrl: 'http://fhir.example.org/r4' };
      const plan = assessor.plan(site, chart, today);
      return isReady(plan) ? assessor.compute(plan, chart, AbortSignal.any([])) : undefined;
    },
    close: async () => {
      await store.close();
      await loaded.close();
    },
  };
}

/** The 12-month risk. */
export const headlineRisk = ({ risk }: Assessment): number | undefined => {
  const found =
    risk.status === 'estimated' ? risk.horizons.find((each) => each.horizonMonths === 12) : undefined;
  return found?.status === 'estimated' ? found.risk : undefined;
};

type Present = Extract<ModalityOutcome, { status: 'present' }>;

const staleness = ({ modality, collectedOn }: Present, today: string): string[] =>
  daysBetween(collectedOn, today) > FRESH_DAYS ? [`${modality} is of ${collectedOn}`] : [];

const wrongFlags = ({ modality, flags }: Present, told: readonly ModalityFlag[]): string[] =>
  modality === 'metabolomics'
    ? [
        ...told.filter((flag) => !flags.includes(flag)).map((flag) => `no flag ${flag}`),
        ...flags.filter((flag) => TOLD.includes(flag) && !told.includes(flag)).map((flag) => `flag ${flag}`),
      ]
    : [];

const raisesMost = (modality: ModalityId, { modalityLogHazard }: Estimated): boolean => {
  const part = modalityLogHazard[modality] ?? 0;
  return part > 0 && part === Math.max(...Object.values(modalityLogHazard));
};

const wrongRisk = (
  { rests = ['metabolomics', 'cfdna'], stratum, raisedBy }: Claim,
  risk: Estimated,
): string[] => [
  ...(risk.subset.join() === rests.join() ? [] : [`rests on ${risk.subset.join(', ')}`]),
  ...(stratum === undefined || risk.stratum === stratum ? [] : [`is ${risk.stratum ?? 'in no stratum'}`]),
  ...(raisedBy === undefined || raisesMost(raisedBy, risk) ? [] : [`${raisedBy} does not raise it most`]),
];

/** What a claim says and the assessment does not, in words; empty where the story is true. */
export function contradictions(claim: Claim, assessment: Assessment | undefined, today: string): string[] {
  if (assessment?.risk.status !== 'estimated') return ['there is no number'];
  const present = assessment.modalities.filter((each) => each.status === 'present');
  return [
    ...wrongRisk(claim, assessment.risk),
    ...present.flatMap((each) => [...staleness(each, today), ...wrongFlags(each, claim.flags ?? [])]),
  ];
}
