import { randomUUID } from 'node:crypto';
import type { EhrIdentity } from './identity.ts';
import { outcomeSchema, responseSchema } from './response.ts';
import type { Card } from './response.ts';
import type { Language } from './texts.ts';

export interface HookTarget {
  /** Base URL of the CDS service, without /cds-services. */
  readonly serviceUrl: string;
  /** Signs the calls; without it they are sent unproven. */
  readonly identity?: EhrIdentity;
  /** Base URL of the FHIR server that the service may read from. */
  readonly fhirUrl: string;
  readonly timeoutMs: number;
}

/** A hook that fires, and the service it is sent to. */
export interface HookCall {
  readonly hook: 'patient-view' | 'encounter-start' | 'appointment-book' | 'order-select';
  readonly serviceId: string;
  /** Beside the userId. */
  readonly context: Readonly<Record<string, unknown>> & { readonly patientId: string };
}

/** What came of a hook call; `raw` is the answer as it was received. */
export type HookResult = {
  readonly request: string;
  readonly durationMs: number;
  readonly status?: number;
  readonly raw?: string;
} & (
  | { readonly kind: 'cards'; readonly cards: readonly Card[] }
  | {
      readonly kind: 'problem';
      readonly problem: 'outcome' | 'notCards' | 'http';
      readonly texts: readonly string[];
    }
  | { readonly kind: 'problem'; readonly problem: 'unreachable' | 'timeout'; readonly texts: readonly [] }
);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

type Reading =
  | { readonly kind: 'cards'; readonly cards: readonly Card[] }
  | {
      readonly kind: 'problem';
      readonly problem: 'outcome' | 'notCards' | 'http';
      readonly texts: readonly string[];
    };

const read = (status: number, raw: string): Reading => {
  const body = parseJson(raw);
  const outcome = outcomeSchema.safeParse(body);
  if (outcome.success) {
    const texts = outcome.data.issue.map(
      (issue) =>
        [issue.details?.text, issue.diagnostics].filter((text) => text !== undefined).join(' ') ||
        (issue.code ?? ''),
    );
    return { kind: 'problem', problem: 'outcome', texts };
  }
  if (status < 200 || status > 299) return { kind: 'problem', problem: 'http', texts: [] };
  const response = responseSchema.safeParse(body);
  return response.success
    ? { kind: 'cards', cards: response.data.cards }
    : { kind: 'problem', problem: 'notCards', texts: [] };
};

const USER_ID = 'Practitioner/demo';

export const serviceAddress = ({ serviceUrl }: Pick<HookTarget, 'serviceUrl'>, serviceId: string): string =>
  `${serviceUrl}/cds-services/${encodeURIComponent(serviceId)}`;

/** Posts JSON as this EHR, each call with a JWT of its own. */
export const postAs = async (
  { identity, timeoutMs }: Pick<HookTarget, 'identity' | 'timeoutMs'>,
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...headers,
      ...(identity !== undefined && { authorization: `Bearer ${await identity.tokenFor(url)}` }),
    },
    body,
    signal: AbortSignal.timeout(timeoutMs),
  });

/**
 * Sends a hook's request as an EHR does; never throws, every failure is a result.
 *
 * @see https://cds-hooks.hl7.org/2.0/#calling-a-cds-service
 */
export const callService = async (
  target: HookTarget,
  { hook, serviceId, context }: HookCall,
  language: Language,
): Promise<HookResult> => {
  const body = {
    hook,
    hookInstance: randomUUID(),
    fhirServer: target.fhirUrl,
    context: { userId: USER_ID, ...context },
  };
  const request = JSON.stringify(body, undefined, 2);
  const start = performance.now();
  const elapsed = (): number => Math.round(performance.now() - start);
  try {
    const response = await postAs(target, serviceAddress(target, serviceId), request, {
      'accept-language': language,
    });
    const raw = await response.text();
    return { request, durationMs: elapsed(), status: response.status, raw, ...read(response.status, raw) };
  } catch (error) {
    const problem = error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'unreachable';
    return { request, durationMs: elapsed(), kind: 'problem', problem, texts: [] };
  }
};
