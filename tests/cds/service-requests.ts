/** A request to each service of the registry, for tests that loop over all of them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { addDays } from '../../src/domain/index.ts';
import { PACKAGE_ROOT } from '../../src/platform/index.ts';
import { TODAY } from '../http/running-service.ts';

export interface ListedService {
  readonly id: string;
  readonly hook: string;
  readonly prefetch: Readonly<Record<string, string>>;
}

const EXAMPLES = path.join(PACKAGE_ROOT, 'cds-hooks');

/** As the discovery lists them: tests/conformance holds cds-hooks/ against the running service. */
export const SERVICES: readonly ListedService[] = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(
    ({ name }) =>
      JSON.parse(readFileSync(path.join(EXAMPLES, name, 'discovery.json'), 'utf8')) as ListedService,
  );

export const servicePath = ({ id }: Pick<ListedService, 'id'>): string => `/cds-services/${id}`;

const user = (patientId: string) => ({ userId: 'Practitioner/surgeon-1', patientId });

const collection = (resource: object) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: [{ resource }],
});

/** What a hook's context has: a new service is one line. */
const CONTEXTS: Readonly<Record<string, (patientId: string) => object>> = {
  'patient-view': user,
  'encounter-start': (patientId) => ({ ...user(patientId), encounterId: 'encounter-today' }),
  'appointment-book': (patientId) => ({
    ...user(patientId),
    appointments: collection({
      resourceType: 'Appointment',
      id: 'appointment-1',
      status: 'proposed',
      // Later than any policy lets a follow-up be: there is something to say.
      appointmentType: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0276', code: 'FOLLOWUP' }],
      },
      start: `${addDays(TODAY, 500)}T09:00:00Z`,
      end: `${addDays(TODAY, 500)}T09:30:00Z`,
      participant: [{ actor: { reference: `Patient/${patientId}` }, status: 'accepted' }],
    }),
  }),
  'order-select': (patientId) => ({
    ...user(patientId),
    selections: ['ServiceRequest/order-1'],
    draftOrders: collection({
      resourceType: 'ServiceRequest',
      id: 'order-1',
      status: 'draft',
      intent: 'order',
      code: { coding: [{ system: 'http://loinc.org', code: '24627-2', display: 'CT Chest' }] },
      subject: { reference: `Patient/${patientId}` },
    }),
  }),
};

export const contextFor = ({ hook }: Pick<ListedService, 'hook'>, patientId: string): object => {
  const context = CONTEXTS[hook];
  if (context === undefined)
    throw new Error(`tests/cds/service-requests.ts has no context for the hook ${hook}`);
  return context(patientId);
};

export const requestTo = (
  service: ListedService,
  patientId: string,
  change: Readonly<Record<string, unknown>> = {},
) => ({
  hook: service.hook,
  hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
  context: contextFor(service, patientId),
  ...change,
});

export type Prefetch = Record<string, Record<string, unknown> | null>;

/** What an EHR would prefetch: the service's templates, resolved against the FHIR server. */
export async function prefetchOf(
  service: ListedService,
  fhirBaseUrl: string,
  patientId: string,
): Promise<Prefetch> {
  const values = Object.entries(service.prefetch).map(async ([key, template]) => {
    const url = `${fhirBaseUrl}/${template
      .replaceAll('{{context.patientId}}', patientId)
      .replaceAll('{{context.encounterId}}', 'encounter-today')}`;
    const answer = await fetch(url.includes('?') ? `${url}&_count=1000` : url);
    return [key, (await answer.json()) as Record<string, unknown>] as const;
  });
  return Object.fromEntries(await Promise.all(values));
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined where the body is no JSON. */
  readonly body: any;
}

/** Posts a body as it is: text, or something to be made JSON. */
export async function post(
  url: string,
  service: Pick<ListedService, 'id'>,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const sent = new Headers({ 'content-type': 'application/json' });
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  const answer = await fetch(`${url}${servicePath(service)}`, {
    method: 'POST',
    headers: sent,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // what is no JSON is looked at as text
  }
  return { status: answer.status, headers: answer.headers, text, body: parsed };
}

export const codeOf = ({ body }: Pick<Answer, 'body'>): string | undefined =>
  body?.issue?.[0]?.details?.coding?.[0]?.code as string | undefined;

export const token = (change: Readonly<Record<string, unknown>> = {}) => ({
  access_token: 'a-token-of-this-request',
  token_type: 'Bearer',
  expires_in: 300,
  scope: 'patient/*.read',
  subject: 'recurrence-cds',
  ...change,
});

/** What a reader sees of the cards. */
export const shownIn = (cards: readonly { summary: string; detail: string }[]): string =>
  cards.map(({ summary, detail }) => `${summary}\n${detail}`).join('\n');

/** A risk, anywhere in the text. */
export const NUMBER = /\d ?%/;
