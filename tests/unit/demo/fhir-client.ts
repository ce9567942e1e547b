import type { Bundle, FhirResource, Observation, OperationOutcome } from 'fhir/r4.js';
import { createFhirServer } from '../../../src/demo/index.ts';
import { listen, LOOPBACK } from '../../../src/platform/index.ts';
import type { FhirServer, FhirServerOptions } from '../../../src/demo/index.ts';

/** A FHIR answer: the status, the parsed body, one header by name. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly header: (name: string) => string | null;
}

export interface TestServer extends FhirServer {
  /** .../fhir */
  readonly base: string;
  /** The server's own end, and its address's. */
  readonly close: () => Promise<void>;
  /** The server's own end alone: Subscriptions fall silent. */
  readonly stop: () => Promise<void>;
  get<T = Bundle>(path: string, headers?: Record<string, string>): Promise<Answer<T>>;
  send<T = FhirResource>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>;
}

/** The embedded server on a free port of loopback, with a client as small as can be. */
export const startFhirServer = async (options: FhirServerOptions = {}): Promise<TestServer> => {
  const server = createFhirServer(options);
  const { url, close } = await listen(server.app, LOOPBACK, 0);
  const base = `${url}/fhir`;
  const call = async <T>(path: string, init: RequestInit): Promise<Answer<T>> => {
    const response = await fetch(path.startsWith('http') ? path : `${base}/${path}`, init);
    const text = await response.text();
    return {
      status: response.status,
      body: (text === '' ? undefined : JSON.parse(text)) as T,
      header: (name) => response.headers.get(name),
    };
  };
  return {
    ...server,
    base,
    close: async () => {
      await server.close();
      await close();
    },
    stop: () => server.close(),
    get: (path, headers = {}) => call(path, { headers }),
    send: (method, path, body, headers = {}) =>
      call(path, {
        method,
        headers: { 'content-type': 'application/fhir+json', ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  };
};

export const idsOf = ({ body }: Answer<Bundle>): string[] =>
  (body.entry ?? []).map(({ resource }) => resource?.id ?? '');

export const linkOf = ({ body }: Answer<Bundle>, name: string): string | undefined =>
  body.link?.find(({ relation }) => relation === name)?.url;

export const issueText = ({ body }: Answer<OperationOutcome>): string => body.issue[0]?.details?.text ?? '';

export const UCUM = 'http://unitsofmeasure.org';
export const LOINC = 'http://loinc.org';

/** A final Observation of Patient/p1 with a quantity in umol/L. */
export const observation = (
  id: string,
  {
    code = '20649-0',
    value = 1,
    date = '2024-01-01',
    ...more
  }: Omit<Partial<Observation>, 'code'> & Shorthand = {},
): Observation & { id: string } =>
  ({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: LOINC, code, display: 'Leucine' }], text: 'Leucine in plasma' },
    subject: { reference: 'Patient/p1' },
    effectiveDateTime: date,
    valueQuantity: { value, unit: 'umol/L', system: UCUM, code: 'umol/L' },
    ...more,
  }) as Observation & { id: string };

interface Shorthand {
  code?: string;
  value?: number;
  date?: string;
}
