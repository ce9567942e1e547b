import { CdsError } from '../domain/index.ts';
import { createRandom } from '../numerics/index.ts';
import type { Terminology } from '../terminology/index.ts';
import { buildChart } from './chart.ts';
import { defaultTerminology, simulationCodes } from './codes.ts';
import { RESOURCE_TYPES, type SimulatedResource, type SimulatedResourceType } from './fhir.ts';
import { ctStudiesOf, type SimulatedCtStudy } from './imaging.ts';
import { lazily } from './lazily.ts';
import { drawPatient } from './patient.ts';
import { type TruthRow, truthOf } from './truth.ts';

export interface SimulationOptions {
  readonly patients: number;
  /** Any integer; its low 32 bits count. */
  readonly seed: number;
  /** Default: the profiles of this repository. */
  readonly terminology?: Terminology;
}

/** One patient's chart. */
export interface SimulatedChart {
  readonly patientId: string;
  readonly resources: readonly SimulatedResource[];
}

/**
 * A cohort that is not held in memory: charts are made anew whenever they are iterated over, the same each time.
 */
export interface SimulatedCohort {
  readonly patients: number;
  readonly seed: number;
  readonly charts: Iterable<SimulatedChart>;
  /** The same resources by type; each iteration makes the whole cohort once. */
  readonly resources: Readonly<Record<SimulatedResourceType, Iterable<SimulatedResource>>>;
  readonly truth: readonly TruthRow[];
  /** The CTs that the charts name, in their order; the files of each are made while they are iterated over. */
  readonly ctStudies: Iterable<SimulatedCtStudy>;
}

const MAX_PATIENTS = 1_000_000;

/** `sim-0001`... */
const patientId = (index: number): string => `sim-${String(index + 1).padStart(4, '0')}`;

/**
 * Simulates a cohort with a known hazard. The same options give the same bytes; patient i is the same whatever
 * the number of patients.
 *
 * @throws {CdsError} COMMAND_INVALID for a number of patients or a seed that is none; CONFIG_INVALID when the
 *   terminology lacks a code
 */
export function simulateCohort({ patients, seed, terminology }: SimulationOptions): SimulatedCohort {
  if (!Number.isInteger(patients) || patients < 1 || patients > MAX_PATIENTS)
    throw new CdsError('COMMAND_INVALID', `patients must be a whole number of 1 to ${MAX_PATIENTS}`);
  if (!Number.isSafeInteger(seed)) throw new CdsError('COMMAND_INVALID', 'seed must be a whole number');
  const codes = simulationCodes(terminology ?? defaultTerminology());
  const random = createRandom(seed);
  const everyone = function* () {
    for (let index = 0; index < patients; index++) yield drawPatient(random, patientId(index));
  };
  const charts = lazily(function* () {
    for (const patient of everyone())
      yield { patientId: patient.id, resources: buildChart(patient, codes) } satisfies SimulatedChart;
  });
  const ofType = (type: SimulatedResourceType): Iterable<SimulatedResource> =>
    lazily(function* () {
      for (const chart of charts) yield* chart.resources.filter(({ resourceType }) => resourceType === type);
    });
  return {
    patients,
    seed,
    charts,
    resources: Object.fromEntries(RESOURCE_TYPES.map((type) => [type, ofType(type)])) as Record<
      SimulatedResourceType,
      Iterable<SimulatedResource>
    >,
    truth: Array.from(everyone(), truthOf),
    ctStudies: lazily(function* () {
      for (const patient of everyone()) yield* ctStudiesOf(patient);
    }),
  };
}
