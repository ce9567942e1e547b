import { kind, type ErrorKind } from './error-kind.ts';

/** What is wrong with a request to this service. */
export const REQUEST_ERRORS = {
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
  CDS_UNAUTHENTICATED: kind(
    401,
    'login',
    'The caller did not prove who it is.',
    'Send Authorization: Bearer with a JWT as docs/client-authentication.md says; the answer has no body on purpose.',
  ),
  CDS_RATE_LIMITED: kind(
    429,
    'throttled',
    'This tenant calls more often than it may.',
    'Wait for the seconds of Retry-After, or raise http.requestsPerMinute.',
  ),
  CDS_STOPPING: kind(
    503,
    'transient',
    'This process is being stopped.',
    'Call another one, or this address again in a moment.',
    true,
  ),
  CDS_CARD_UNKNOWN: kind(
    404,
    'not-found',
    'No such card was given to this client by this service, or too long ago.',
    'Send the uuid of the card, to the feedback address of the service that gave it.',
  ),
} as const satisfies Record<string, ErrorKind>;
