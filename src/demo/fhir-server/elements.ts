import type { FhirResource } from 'fhir/r4.js';

const ALWAYS: ReadonlySet<string> = new Set(['resourceType', 'id', 'meta']);
const SUBSETTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
};
/** Narrative and attachments excepted, `_summary=data` keeps all. */
const NARRATIVE: ReadonlySet<string> = new Set(['text']);

const subset = (resource: FhirResource, keep: (name: string) => boolean): FhirResource => {
  const kept = Object.fromEntries(
    Object.entries(resource).filter(([name]) => ALWAYS.has(name) || keep(name)),
  );
  const meta = { ...resource.meta, tag: [...(resource.meta?.tag ?? []), SUBSETTED] };
  return { ...kept, meta } as FhirResource;
};

/**
 * What _elements and _summary=data leave of a resource, tagged SUBSETTED. An element named `value` keeps each form
 * of the choice value[x].
 */
export const selectElements = (
  resource: FhirResource,
  { fields, summary }: { fields?: readonly string[]; summary?: string },
): FhirResource => {
  if (fields)
    return subset(resource, (name) =>
      fields.some(
        (field) => name === field || (name.startsWith(field) && /[A-Z]/.test(name[field.length] ?? '')),
      ),
    );
  return summary === 'data' ? subset(resource, (name) => !NARRATIVE.has(name)) : resource;
};
