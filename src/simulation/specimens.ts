import type { Reference, Specimen } from 'fhir/r4.js';
import { concept, dateOf, instantAt, profiled, type SimulatedResource, subjectOf } from './fhir.ts';
import { sampleState } from './metabolite-samples.ts';
import type { Observed } from './observed.ts';
import type { SimulatedPatient } from './patient.ts';
import type { Draw } from './schedule.ts';

const V2 = 'http://terminology.hl7.org/CodeSystem/v2';

const specimenId = (patient: SimulatedPatient, draw: Draw): string => `${patient.id}-plasma-${draw.label}`;

/** What a result of that draw names as its specimen. */
export const specimenOf = (patient: SimulatedPatient, draw: Draw): Reference => ({
  reference: `Specimen/${specimenId(patient, draw)}`,
});

/** One plasma sample a draw, whether or not a laboratory made something of it. */
export const specimenResources = (patient: SimulatedPatient, { draws }: Observed): SimulatedResource[] =>
  draws.map((draw): Specimen & { id: string } => {
    const collected = dateOf(patient, draw.day);
    const { fasting, haemolysed } = sampleState(patient, draw);
    return {
      resourceType: 'Specimen',
      id: specimenId(patient, draw),
      meta: profiled({ lastUpdated: instantAt(collected, '12:00:00') }, 'plasma-specimen'),
      status: 'available',
      type: concept(`${V2}-0487`, 'PLAS', 'Plasma'),
      subject: subjectOf(patient),
      collection: {
        collectedDateTime: instantAt(collected, '08:05:00'),
        fastingStatusCodeableConcept: concept(`${V2}-0916`, fasting ? 'F' : 'NF'),
      },
      ...(haemolysed && { condition: [concept(`${V2}-0493`, 'HEM', 'Hemolyzed')] }),
    };
  });
