import { record, text, type Json } from '../resource-reader.ts';

/** The version in an ETag, `W/"3"` as FHIR writes it. See http://hl7.org/fhir/R4/http.html#versioning */
export const versionOf = (etag: string | null): string | undefined =>
  text(/^(?:W\/)?"([^"]+)"$/.exec(etag?.trim() ?? '')?.[1]);

/** The resource as it came, with the version of its ETag where it tells none itself. A plain copy. */
export const withVersion = (resource: object, version: string | undefined): Json => {
  const meta = record((resource as Json)['meta']);
  return version === undefined || text(meta?.['versionId']) !== undefined
    ? { ...resource }
    : { ...resource, meta: { ...meta, versionId: version } };
};
