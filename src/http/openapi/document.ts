import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CdsService } from '../../hooks/index.ts';
import { PACKAGE_ROOT } from '../../platform/index.ts';
import { HEADERS } from './answers.ts';
import { embedded, type JsonSchema } from './json-schema.ts';
import { otherPaths } from './other-paths.ts';
import { SERVICE_ANSWERS, servicePaths } from './service-paths.ts';

export interface DocumentOptions {
  readonly services: readonly CdsService[];
  readonly schemas: ReadonlyMap<string, JsonSchema>;
  /** What clients call; without it the document speaks of the address that it was read from. */
  readonly publicBaseUrl?: string;
  readonly hasKeys: boolean;
}

const DESCRIPTION = `A CDS Hooks 2.0 service: recurrence risk and follow-up after resection of lung cancer.

Begin with \`GET /cds-services\`, register the services, and post the example request of one to see a card. Every
answer that is not 2xx says in an OperationOutcome what went wrong: \`details.coding[0].code\` is one of the codes listed
at the schema \`operation-outcome\`, \`details.text\` names the field, \`diagnostics\` says what to do. The one exception is
401 at the CDS Hooks addresses, which has no body.

Browsers: OPTIONS is answered at every address without authentication, for the origins in http.corsOrigins.
What a client may leave to us, and what we ask of it, is in docs/conformance.md requirement by requirement.`;

const SECURITY_SCHEMES: JsonSchema = {
  client: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'CDS Hooks 2.0, "Trusting CDS Clients": a JWT signed by the EHR with RS384 or ES384, for one call. Header: alg, ' +
      'kid, typ=JWT, and jku if it has one. Payload: iss (as configured), aud (this very address below the public base ' +
      'URL), exp, iat, jti (never twice), tenant where one issuer speaks for several. Needed where the site has clients ' +
      'configured; docs/client-authentication.md.',
  },
  subscription: {
    type: 'http',
    scheme: 'bearer',
    description: 'The secret that the site configures as subscriptions.secret; docs/new-data.md.',
  },
};

const version = (): string =>
  (JSON.parse(readFileSync(path.join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string }).version;

const components = (schemas: ReadonlyMap<string, JsonSchema>): JsonSchema => {
  const all: JsonSchema = {};
  for (const [name, published] of schemas) {
    const { schema, definitions } = embedded(published, '#/components/schemas');
    Object.assign(all, { [name]: schema }, definitions);
  }
  return all;
};

/** The whole surface as OpenAPI 3.1, whose schemas are JSON Schema as it is. */
export const openApiDocument = ({
  services,
  schemas,
  publicBaseUrl,
  hasKeys,
}: DocumentOptions): JsonSchema => ({
  openapi: '3.1.0',
  jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
  info: {
    title: 'recurrence-cds',
    version: version(),
    description: DESCRIPTION,
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: publicBaseUrl ?? '/' }],
  tags: [
    { name: 'CDS Hooks', description: 'For EHRs.' },
    { name: 'New data', description: 'For FHIR servers.' },
    { name: 'Keys', description: 'For authorization servers.' },
    { name: 'Operation', description: 'For those who run it.' },
    { name: 'Contract', description: 'For those who integrate it.' },
  ],
  paths: { ...servicePaths(services, publicBaseUrl ?? ''), ...otherPaths(hasKeys) },
  components: {
    schemas: components(schemas),
    headers: HEADERS,
    responses: SERVICE_ANSWERS,
    parameters: {
      'Accept-Language': {
        name: 'Accept-Language',
        in: 'header',
        description: 'English or Chinese (zh-CN): the language of the cards.',
        schema: { type: 'string' },
      },
    },
    securitySchemes: SECURITY_SCHEMES,
  },
});
