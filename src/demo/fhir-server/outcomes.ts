import { badRequest, businessRule, notFound, OperationOutcomeError } from '@medplum/core';
import type { OperationOutcomeIssue } from 'fhir/r4.js';
import { toMedplumOutcome } from './medplum.ts';

/** 400: the request itself is wrong; `expression` names the parameter or element. */
export const invalidRequest = (text: string, expression?: string): OperationOutcomeError =>
  new OperationOutcomeError(badRequest(text, expression));

/** 404: no such resource type, resource or version. */
export const unknown = (): OperationOutcomeError => new OperationOutcomeError(notFound);

/** The id by which Medplum's status table knows a 422. */
const UNPROCESSABLE_ID = businessRule('', '').id ?? 'business-rule';

/** 422: well-formed, and not a valid resource. */
export const unprocessable = (issue: OperationOutcomeIssue[]): OperationOutcomeError =>
  new OperationOutcomeError(
    toMedplumOutcome({ resourceType: 'OperationOutcome', id: UNPROCESSABLE_ID, issue }),
  );
