/**
 * Every error this service names: its code, the HTTP status it becomes at the door, the OperationOutcome issue
 * type, whether trying again can heal it, and what the reader can do. docs/errors.md is held against this table.
 *
 * Messages carry no patient-derived text: foreign errors (a FHIR client's message holds search URLs with
 * identifiers) stop at the room that met them.
 */
export interface ErrorKind {
  readonly status: number;
  /** OperationOutcome.issue.code, http://hl7.org/fhir/R4/valueset-issue-type.html */
  readonly issue: string;
  readonly retryable: boolean;
  readonly text: string;
  readonly remedy: string;
}

export const kind = (
  status: number,
  issue: string,
  text: string,
  remedy: string,
  retryable = false,
): ErrorKind => ({
  status,
  issue,
  retryable,
  text,
  remedy,
});
