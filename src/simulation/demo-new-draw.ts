import { CdsError } from '../domain/index.ts';
import type { Terminology } from '../terminology/index.ts';
import { buildChart } from './chart.ts';
import { defaultTerminology, simulationCodes } from './codes.ts';
import { DEMO_CASES } from './demo-cases.ts';
import { drawDemoPatient } from './demo-patients.ts';
import type { SimulatedResource } from './fhir.ts';

/** Part of the new resources' ids, as `m3` is of an earlier draw's. */
const LABEL = 'today';
/** Longer than any laboratory takes: the result is needed today. */
const RESULT_DAYS = 60;

const issuedAt = (resource: SimulatedResource, now: string): SimulatedResource =>
  resource.resourceType === 'Observation' || resource.resourceType === 'DiagnosticReport'
    ? { ...resource, issued: now, meta: { ...resource.meta, lastUpdated: now } }
    : resource;

/**
 * What the laboratories send of a blood draw that a demonstration patient has today, the same hour: the latent state
 * goes on as the patient's chart has it. Results first, then the panel or report that names them.
 *
 * @param today YYYY-MM-DD, the day that `simulateDemoPatients` was asked for
 * @param now ISO instant
 * @throws {CdsError} COMMAND_INVALID for a patient who is none of the demonstration's, or has no study samples
 */
export function simulateNewDraw(
  patientId: string,
  today: string,
  now: string,
  terminology?: Terminology,
): SimulatedResource[] {
  const spec = DEMO_CASES.find(({ id }) => id === patientId);
  if (spec === undefined) throw new CdsError('COMMAND_INVALID', 'no such demonstration patient');
  const patient = drawDemoPatient(spec, today);
  const visit = patient.visits.at(-1);
  const day = visit?.day ?? 0;
  const chart = buildChart(
    {
      ...patient,
      dataCutDay: day + RESULT_DAYS,
      draws: [{ label: LABEL, day, ...(visit && { forMonths: visit.nominalMonths }) }],
      collection: { ...patient.collection, lastDrawDay: day },
    },
    simulationCodes(terminology ?? defaultTerminology()),
  );
  const sent = chart.filter(({ id }) => id.split(/-(?:cfdna|met|plasma)-/)[1]?.split('-')[0] === LABEL);
  const namesOthers = (resource: SimulatedResource): boolean =>
    'hasMember' in resource || resource.resourceType === 'DiagnosticReport';
  return [...sent.filter((each) => !namesOthers(each)), ...sent.filter(namesOthers)].map((resource) =>
    issuedAt(resource, now),
  );
}
