import { clinicalResources } from './clinical.ts';
import type { SimulationCodes } from './codes.ts';
import type { SimulatedResource } from './fhir.ts';
import { MODALITY_SIMULATORS } from './modalities.ts';
import { observe } from './observed.ts';
import type { SimulatedPatient } from './patient.ts';

/** One patient's resources, the Patient first; nothing of the latent state is in them. */
export function buildChart(patient: SimulatedPatient, codes: SimulationCodes): SimulatedResource[] {
  const observed = observe(patient);
  return [
    ...clinicalResources(patient, observed, codes),
    ...MODALITY_SIMULATORS.flatMap((modality) => modality.resources(patient, observed, codes)),
  ];
}
