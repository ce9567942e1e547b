/** A chart resource that something rests on: `Observation/123` at a version (or content hash where there is none). */
export interface EvidenceRef {
  readonly reference: string;
  readonly version: string;
}
