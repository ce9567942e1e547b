/** A FHIR server under test: where it is, what it says it can do, and the requests the cases make of it. */
import type { CapabilityStatement } from 'fhir/r4.js';

export interface Answer {
  readonly status: number;
  /** Parsed JSON; undefined where there was no body; the text where it was no JSON. */
  readonly body: any;
  header(name: string): string | undefined;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** application/x-www-form-urlencoded instead of a resource. */
  readonly form?: readonly (readonly [string, string])[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A capability a case cannot do without, and whether the server states it. */
export interface Need {
  readonly text: string;
  readonly met: (capability: CapabilityStatement) => boolean;
}

export interface FhirServerUnderTest {
  readonly name: string;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly bearerToken?: string;
  readonly capability: CapabilityStatement;
  /** @param address below the base URL, or absolute */
  request(method: string, address: string, options?: RequestOptions): Promise<Answer>;
}

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** On this machine: it can reach a listener of ours, and nobody's patients are in it by accident. */
export const isLoopback = (baseUrl: string): boolean => LOOPBACK.has(new URL(baseUrl).hostname);

/**
 * The suite writes and deletes. A server elsewhere is written to only by someone who says so.
 *
 * @throws {Error} for a server that is not on loopback, unless `mayWrite`
 */
export function checkMayWrite(baseUrl: string, mayWrite: boolean): void {
  if (!mayWrite && !isLoopback(baseUrl))
    throw new Error(
      `${new URL(baseUrl).host} is not this machine: the suite writes test patients and deletes them. ` +
        'Where that is right, set RECURRENCE_FHIR_SERVER_WRITE=yes',
    );
}

const parsed = (text: string): unknown => {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const encode = ({ body, form }: RequestOptions): { type?: string; body?: string } => {
  if (form !== undefined)
    return {
      type: 'application/x-www-form-urlencoded',
      body: new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])).toString(),
    };
  return body === undefined ? {} : { type: 'application/fhir+json', body: JSON.stringify(body) };
};

/**
 * The server at that base URL.
 *
 * @throws {Error} where it has no CapabilityStatement to show
 */
export async function openServer(
  name: string,
  url: string,
  bearerToken?: string,
): Promise<FhirServerUnderTest> {
  const baseUrl = url.replace(/\/+$/, '');
  const request: FhirServerUnderTest['request'] = async (method, address, options = {}) => {
    const { type, body } = encode(options);
    const response = await fetch(/^https?:/.test(address) ? address : `${baseUrl}/${address}`, {
      method,
      headers: {
        accept: 'application/fhir+json',
        // Else HAPI answers a search it has seen in the last minute from its memory.
        'cache-control': 'no-cache',
        ...(type !== undefined && { 'content-type': type }),
        ...(bearerToken !== undefined && { authorization: `Bearer ${bearerToken}` }),
        ...options.headers,
      },
      ...(body !== undefined && { body }),
    });
    return {
      status: response.status,
      body: parsed(await response.text()),
      header: (header) => response.headers.get(header) ?? undefined,
    };
  };
  const metadata = await request('GET', 'metadata');
  if (metadata.status !== 200 || metadata.body?.resourceType !== 'CapabilityStatement')
    throw new Error(`${name}: GET metadata answers ${metadata.status} and no CapabilityStatement`);
  return {
    name,
    baseUrl,
    ...(bearerToken !== undefined && { bearerToken }),
    capability: metadata.body as CapabilityStatement,
    request,
  };
}

const resourceOf = (capability: CapabilityStatement, type: string) =>
  capability.rest?.[0]?.resource?.find((each) => each.type === type);

/** `interaction(type, 'create')`: the CapabilityStatement lists it. */
export const interaction = (type: string, code: string): Need => ({
  text: `${type} ${code}`,
  met: (capability) => resourceOf(capability, type)?.interaction?.some((each) => each.code === code) === true,
});

export const searchParameter = (type: string, name: string): Need => ({
  text: `${type}?${name}=`,
  met: (capability) => resourceOf(capability, type)?.searchParam?.some((each) => each.name === name) === true,
});

/** An operation of a type, `$` left out. Some servers list it under the type, some under the whole server. */
export const operation = (type: string, name: string): Need => ({
  text: `${type} $${name}`,
  met: (capability) =>
    [...(resourceOf(capability, type)?.operation ?? []), ...(capability.rest?.[0]?.operation ?? [])].some(
      (each) => each.name === name,
    ),
});

export const lacking = ({ capability }: FhirServerUnderTest, needs: readonly Need[]): string[] =>
  needs.filter((need) => !need.met(capability)).map((need) => need.text);
