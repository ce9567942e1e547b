/**
 * A client that does what the official sandbox (https://sandbox.cds-hooks.org, cds-hooks/sandbox@3b7e255) does on the
 * wire, its peculiarities included. Written from reading it; what a real one sent was compared with this by hand.
 */
import { randomUUID } from 'node:crypto';

export interface Listed {
  readonly id: string;
  readonly hook: string;
  readonly prefetch?: Readonly<Record<string, string>>;
}

/** The user that the sandbox names when nobody logged in. */
export const USER = 'Practitioner/COREPRACTITIONER1';

/** It asks FHIR servers for this old type. */
const ACCEPT = { accept: 'application/json+fhir' };

const answered = async (url: string, init?: RequestInit): Promise<any> => {
  const response = await fetch(url, init);
  return response.ok ? response.json() : undefined;
};

/** Services by their address: of two with one id the later replaces the earlier. */
export async function discover(discoveryUrl: string): Promise<ReadonlyMap<string, Listed>> {
  const { services } = (await answered(discoveryUrl, { headers: { accept: 'application/json' } })) as {
    services: Listed[];
  };
  return new Map(services.map((service) => [`${discoveryUrl}/${service.id}`, service]));
}

/** First-level primitives of the context, and the user's id by its type; other tokens stay as they are. */
export const resolveTemplate = (template: string, context: Readonly<Record<string, unknown>>): string => {
  const [type = '', id = ''] = String(context['userId']).split('/');
  return template
    .replace(/\{\{\s*context\.(\w+)\s*\}\}/g, (token, name: string) => {
      const value = context[name];
      return typeof value === 'string' ? value : token;
    })
    .replace(/\{\{\s*user(\w+)Id\s*\}\}/g, (token, of: string) => (of === type ? id : token));
};

/** A parameter that is given twice becomes one whose values are joined: "both" becomes "either". */
const parametersOf = (query: string): URLSearchParams => {
  const given = new URLSearchParams(query);
  const joined = [...new Set(given.keys())].map((name): [string, string] => [
    name,
    given.getAll(name).join(','),
  ]);
  return new URLSearchParams(joined);
};

/** A read by GET; a search by POST, and by GET where that fails. */
const prefetched = async (fhirServer: string, url: string): Promise<unknown> => {
  const [path = '', query] = url.split('?');
  if (query === undefined) return answered(`${fhirServer}/${path}`, { headers: ACCEPT });
  const parameters = parametersOf(query);
  const posted = await answered(`${fhirServer}/${path}/_search`, {
    method: 'POST',
    headers: { ...ACCEPT, 'content-type': 'application/x-www-form-urlencoded' },
    body: parameters.toString(),
  });
  return posted ?? answered(`${fhirServer}/${path}?${parameters.toString()}`, { headers: ACCEPT });
};

/** What it would prefetch: what failed, or still has a token in it, is left out without a word. */
export async function prefetch(service: Listed, fhirServer: string, context: Record<string, unknown>) {
  const found = await Promise.all(
    Object.entries(service.prefetch ?? {}).map(async ([key, template]): Promise<[string, unknown]> => {
      const url = resolveTemplate(template, context);
      return [key, url.includes('{{') ? undefined : await prefetched(fhirServer, url)];
    }),
  );
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

/** The request of the hook it is at; `more` is what the screen adds to the context. */
export async function requestOf(
  service: Listed,
  fhirServer: string,
  patientId: string,
  more: Readonly<Record<string, unknown>> = {},
) {
  const context = { patientId, userId: USER, ...more };
  return {
    hookInstance: randomUUID(),
    hook: service.hook,
    fhirServer,
    context,
    prefetch: await prefetch(service, fhirServer, context),
  };
}

export const post = async (url: string, body: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
};

interface ShownCard {
  readonly uuid: string;
  readonly suggestions?: readonly { readonly uuid: string }[];
  readonly overrideReasons?: readonly { readonly code: string; readonly system: string }[];
}

/** What it posts to `{service}/feedback` when a suggestion's button is pressed. */
export const accepted = ({ uuid, suggestions }: ShownCard) => ({
  feedback: [
    {
      card: uuid,
      outcome: 'accepted',
      acceptedSuggestions: [{ id: suggestions?.[0]?.uuid }],
      outcomeTimestamp: new Date().toISOString(),
    },
  ],
});

/** What it posts when a card is dismissed, with a reason of the menu or without: never its display, never a comment. */
export const dismissed = ({ uuid, overrideReasons }: ShownCard, withReason: boolean) => {
  const reason = overrideReasons?.[0];
  return {
    feedback: [
      {
        card: uuid,
        outcome: 'overridden',
        outcomeTimestamp: new Date().toISOString(),
        ...(withReason && { overrideReason: { reason: { code: reason?.code, system: reason?.system } } }),
      },
    ],
  };
};
