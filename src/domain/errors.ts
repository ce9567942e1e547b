import { kind, type ErrorKind } from './error-kind.ts';
import { FHIR_ERRORS } from './errors-of-fhir.ts';
import { IMAGING_ERRORS } from './errors-of-imaging.ts';
import { REQUEST_ERRORS } from './errors-of-requests.ts';
import { SCIENCE_ERRORS } from './errors-of-science.ts';

export type { ErrorKind } from './error-kind.ts';

/** All errors by their codes: the one table. */
export const ERRORS = {
  ...REQUEST_ERRORS,
  ...FHIR_ERRORS,
  ...IMAGING_ERRORS,
  ...SCIENCE_ERRORS,
  ASSESSMENT_UNANSWERED: kind(
    503,
    'conflict',
    'The workers see another chart than the request: the assessment that was asked for could not be made.',
    "Compare what the workers' credentials can read with what the EHR sends; both have to see the same resources.",
  ),
  QUEUE_UNAVAILABLE: kind(
    503,
    'transient',
    'The queue could not be reached.',
    'Check that Redis is up (REDIS_URL).',
    true,
  ),
  STORE_UNAVAILABLE: kind(
    503,
    'transient',
    'The result store could not be reached.',
    'Check that Redis is up, or the store file can be written.',
    true,
  ),
  STORE_DAMAGED: kind(
    500,
    'exception',
    'A stored result could not be read back.',
    'It is computed anew; if it repeats, check that every process has the same encryption key.',
  ),
  MODEL_MISSING: kind(
    500,
    'not-found',
    'A model that the configuration names is not there.',
    'Check models.directory, or run train.',
  ),
  MODEL_DIGEST_MISMATCH: kind(
    500,
    'security',
    "A model file's digest differs from its manifest.",
    'Restore the file, or train again; the model is not used.',
  ),
  MODEL_MANIFEST_INVALID: kind(
    500,
    'invalid',
    'A model manifest is not valid.',
    'Compare it with docs/models.md; the message names the field.',
  ),
  MODEL_NOT_FOR_PRODUCTION: kind(
    500,
    'security',
    'The model was trained on a simulated cohort and the environment is production.',
    'Install a model trained on real patients, or set models.allowSimulated in as many words.',
  ),
  MODEL_RUN_FAILED: kind(
    500,
    'exception',
    'The model could not be run.',
    'Check the model file with the registry, and the log of the worker.',
  ),
  CONFIG_INVALID: kind(
    500,
    'invalid',
    'The configuration is not valid.',
    'Correct the named setting; config/default.yaml shows each one.',
  ),
  POLICY_INVALID: kind(
    500,
    'invalid',
    'The follow-up policy is not valid.',
    'Correct the named PlanDefinition element.',
  ),
  COMMAND_INVALID: kind(422, 'invalid', 'The command cannot be run so.', 'See the message and --help.'),
  INTERNAL: kind(500, 'exception', 'Something failed inside.', 'The log has the code and the hookInstance.'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** The one base class. `detail` names a field, a file or a number; never anything of a patient. */
export class CdsError extends Error {
  override readonly name = 'CdsError';
  readonly code: ErrorCode;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, detail?: string, options?: { cause?: unknown }) {
    super(detail === undefined ? ERRORS[code].text : `${ERRORS[code].text} ${detail}`, options);
    this.code = code;
    this.detail = detail;
  }

  get kind(): ErrorKind {
    return ERRORS[this.code];
  }
}

/** A foreign error as one of ours; the foreign one is kept as the cause, never its text. */
export const asCdsError = (error: unknown, code: ErrorCode = 'INTERNAL', detail?: string): CdsError =>
  error instanceof CdsError ? error : new CdsError(code, detail, { cause: error });
