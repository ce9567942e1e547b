import { randomUUID } from 'node:crypto';
import { outcomeSchema, responseSchema } from './response.ts';
import type { Card } from './response.ts';
import type { Language } from './texts.ts';

export interface HookTarget {
  /** Base URL of the CDS service, without /cds-services. */
  readonly serviceUrl: string;
  readonly serviceId: string;
  /** Base URL of the FHIR server that the service may read from. */
  readonly fhirUrl: string;
  readonly timeoutMs: number;
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

/**
 * Sends a patient-view request as an EHR does on opening a chart; never throws, every failure is a result.
 *
 * @see https://cds-hooks.hl7.org/2.0/#calling-a-cds-service
 */
export const callPatientView = async (
  target: HookTarget,
  patientId: string,
  language: Language,
): Promise<HookResult> => {
  const body = {
    hook: 'patient-view',
    hookInstance: randomUUID(),
    fhirServer: target.fhirUrl,
    context: { userId: 'Practitioner/demo', patientId },
  };
  const request = JSON.stringify(body, undefined, 2);
  const start = performance.now();
  const elapsed = (): number => Math.round(performance.now() - start);
  try {
    const response = await fetch(
      `${target.serviceUrl}/cds-services/${encodeURIComponent(target.serviceId)}`,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'accept-language': language,
        },
        body: request,
        signal: AbortSignal.timeout(target.timeoutMs),
      },
    );
    const raw = await response.text();
    return { request, durationMs: elapsed(), status: response.status, raw, ...read(response.status, raw) };
  } catch (error) {
    const problem = error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'unreachable';
    return { request, durationMs: elapsed(), kind: 'problem', problem, texts: [] };
  }
};
