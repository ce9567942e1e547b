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

const kind = (status: number, issue: string, text: string, remedy: string, retryable = false): ErrorKind => ({
  status,
  issue,
  retryable,
  text,
  remedy,
});

export const ERRORS = {
  CDS_REQUEST_INVALID: kind(
    400,
    'invalid',
    'The request is not a valid CDS Hooks 2.0 request.',
    'Correct the named field; see cds-hooks/ for an example request of each service.',
  ),
  CDS_HOOK_MISMATCH: kind(
    400,
    'invalid',
    'The hook of the request is not the hook of this service.',
    'Call the service that GET /cds-services lists for that hook.',
  ),
  CDS_SERVICE_UNKNOWN: kind(
    404,
    'not-found',
    'No such CDS service.',
    'GET /cds-services lists the services.',
  ),
  CDS_ROUTE_UNKNOWN: kind(404, 'not-found', 'No such address.', 'GET /cds-services lists the services.'),
  CDS_METHOD_NOT_ALLOWED: kind(
    405,
    'not-supported',
    'This address does not take that method.',
    'POST to a service, GET the discovery.',
  ),
  CDS_PAYLOAD_TOO_LARGE: kind(
    413,
    'too-long',
    'The request body is too large.',
    'Send less prefetch, or raise http.bodyLimit.',
  ),
  CDS_MEDIA_TYPE: kind(
    415,
    'not-supported',
    'The request body is not JSON.',
    'Send Content-Type: application/json.',
  ),
  CDS_PREFETCH_MISSING: kind(
    412,
    'required',
    'Prefetch is missing and no FHIR server was offered to read it from.',
    'Send every prefetch key that the discovery lists, or a fhirServer.',
  ),
  CDS_PATIENT_MISMATCH: kind(
    400,
    'conflict',
    'The request mixes resources of different patients.',
    'Send prefetch of context.patientId only; no card is made.',
  ),
  CDS_FHIR_SERVER_UNKNOWN: kind(
    400,
    'security',
    'This fhirServer is not configured for this service.',
    'Add its base URL to a tenant in the configuration.',
  ),
  FHIR_PATIENT_UNKNOWN: kind(
    400,
    'not-found',
    'The FHIR server knows no such patient.',
    'Check context.patientId and the fhirServer.',
  ),
  FHIR_UNREACHABLE: kind(
    503,
    'transient',
    'The FHIR server could not be reached.',
    'Check that it is up and that its address is right.',
    true,
  ),
  FHIR_TIMEOUT: kind(
    504,
    'timeout',
    'The FHIR server did not answer in time.',
    'Try again; if it stays slow, raise fhir.timeoutMs.',
    true,
  ),
  FHIR_ANSWER_INVALID: kind(
    502,
    'transient',
    'The FHIR server answered with something that is not FHIR JSON.',
    'Check the base URL: a login page or a proxy may stand in front.',
    true,
  ),
  FHIR_REFUSED: kind(
    502,
    'forbidden',
    'The FHIR server refused the request.',
    'Check the scopes and the credentials.',
  ),
  FHIR_FOREIGN_LINK: kind(
    502,
    'security',
    'The FHIR server sent a paging link to another origin; it was not followed.',
    'Have the server send same-origin links.',
  ),
  FHIR_THROTTLED: kind(
    503,
    'throttled',
    'The FHIR server asked to be called later (429), longer than this read may wait.',
    'Lower fhir.concurrency, or have the server raise the limit of this client.',
    true,
  ),
  FHIR_CONFLICT: kind(
    503,
    'conflict',
    'The FHIR server has another version of a resource than the one that was to be replaced.',
    'It is read again and written again; if it repeats, another program writes the same resources.',
    true,
  ),
  FHIR_WRITE_REFUSED: kind(
    502,
    'not-supported',
    'The FHIR server did not take a resource.',
    'Check its CapabilityStatement against the one in fhir-profiles/, and the scopes of the client.',
  ),
  SMART_CONFIG_INVALID: kind(
    500,
    'invalid',
    'The SMART Backend Services settings cannot be used.',
    'Correct the named setting; docs/smart-backend-services.md shows each one.',
  ),
  SMART_DISCOVERY_FAILED: kind(
    503,
    'transient',
    'The token endpoint could not be discovered.',
    'Check .well-known/smart-configuration of the FHIR server, or set smart.tokenUrl.',
    true,
  ),
  SMART_TOKEN_REFUSED: kind(
    502,
    'login',
    'The authorization server refused an access token.',
    'Check the client id, the registered public key (our JWKS) and the scopes.',
  ),
  SMART_TOKEN_UNAVAILABLE: kind(
    503,
    'transient',
    'The authorization server did not answer with an access token.',
    'Check that it is up; it is asked again.',
    true,
  ),
  SUBSCRIPTION_UNAUTHENTICATED: kind(
    401,
    'login',
    'The notification is not authenticated.',
    'Send the header that the tenant configures as subscriptions.secret.',
  ),
  SUBSCRIPTION_INVALID: kind(
    400,
    'invalid',
    'The notification is not one that this service understands.',
    'Send an R4 rest-hook payload or an R5 backport notification Bundle.',
  ),
  BULK_EXPORT_FAILED: kind(
    502,
    'exception',
    'The bulk export failed.',
    'See the message; check that the server has $export for that Group and the scopes allow it.',
  ),
  CHART_PATIENT_MISSING: kind(
    500,
    'incomplete',
    'The chart holds no Patient.',
    'Check the patient id and the query results.',
  ),
  UNIT_INCONVERTIBLE: kind(
    422,
    'value',
    'A measurement has a unit that cannot be converted to the one the model needs.',
    'Have the laboratory send a UCUM unit of the right kind.',
  ),
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
  COHORT_INVALID: kind(
    422,
    'invalid',
    'The cohort cannot be used.',
    'See the message; `recurrence-cds simulate` writes a valid one.',
  ),
  SURVIVAL_INPUT_INVALID: kind(
    422,
    'invalid',
    'Survival data are not valid.',
    'Times must be finite, not negative, after entry; events 0 or 1.',
  ),
  COX_NOT_CONVERGED: kind(
    422,
    'processing',
    'The Cox model did not converge.',
    'Use fewer or penalised covariates; check for one that separates the events.',
  ),
  ONNX_INVALID: kind(500, 'invalid', 'An ONNX graph could not be built.', 'See the message.'),
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
