import type { Chart } from './facts.ts';
import type { ChartQueryKey } from './queries.ts';

/** Resource types that one query alone brings. */
const QUERY_OF: Readonly<Record<string, ChartQueryKey>> = {
  MedicationRequest: 'medicationRequests',
  Consent: 'consents',
  Specimen: 'specimens',
  ImagingStudy: 'imaging',
  AllergyIntolerance: 'allergies',
};

/** Is a resource (`Type/id`) still in the chart? What its query could not be read for is not missed. */
export function chartHolds(chart: Chart): (reference: string) => boolean {
  const held = [
    [chart.patient],
    chart.conditions,
    chart.procedures,
    chart.notDone,
    chart.medications,
    chart.medicationRequests,
    chart.observations,
    chart.reports,
    chart.consents,
    chart.specimens,
    chart.imaging,
    chart.allergies,
  ];
  const references = new Set(held.flatMap((facts) => facts.map(({ source }) => source.reference)));
  return (reference) => {
    const query = QUERY_OF[reference.slice(0, reference.indexOf('/'))];
    return references.has(reference) || (query !== undefined && chart.unread.has(query));
  };
}
