import { hash } from 'node:crypto';
import { Router, type RequestHandler } from 'express';
import { CdsError } from '../../domain/index.ts';
import type { CdsService } from '../../hooks/index.ts';
import { methodNotAllowed, READ_ONLY } from '../method-not-allowed.ts';
import { openApiDocument } from './document.ts';
import { exampleName, publishedExamples } from './examples.ts';
import type { JsonSchema } from './json-schema.ts';
import { publishedSchemas } from './schemas.ts';

export interface ContractOptions {
  readonly services: readonly CdsService[];
  readonly publicBaseUrl?: string;
  readonly hasKeys: boolean;
  /** Asks who may read it, as for the discovery; then no shared cache may keep it. */
  readonly guard?: RequestHandler;
}

/** One document, built at the start: its bytes, and a name for just these bytes. */
interface Fixed {
  readonly body: Buffer;
  readonly mediaType: string;
  readonly etag: string;
}

const fixed = (text: string, mediaType: string): Fixed => ({
  body: Buffer.from(text),
  mediaType,
  etag: `"${hash('sha256', text, 'base64url')}"`,
});

/** Minutes: a client that keeps a contract longer than a release would hold us to the last one. */
const CACHE = 'max-age=300';

type Documents = ReadonlyMap<string, Fixed>;

const schemaDocuments = (schemas: ReadonlyMap<string, JsonSchema>, base: string): Documents =>
  new Map(
    [...schemas].map(([name, { $schema, ...rest }]) => [
      `${name}.json`,
      fixed(
        JSON.stringify({ $schema, $id: `${base}/schemas/${name}.json`, ...rest }),
        'application/schema+json',
      ),
    ]),
  );

const exampleDocuments = (services: readonly CdsService[]): Documents =>
  new Map(
    services.flatMap(({ definition: { id } }) =>
      Object.entries(publishedExamples(id)).map(([kind, text]): [string, Fixed] => [
        exampleName(id, kind as 'request' | 'response'),
        fixed(text, 'application/json'),
      ]),
    ),
  );

/**
 * The contract of the whole surface: `/openapi.json`, `/schemas` and what it lists. For whoever may see the discovery.
 */
export function contractRoutes({ services, publicBaseUrl, hasKeys, guard }: ContractOptions): Router {
  const base = publicBaseUrl ?? '';
  const schemas = publishedSchemas(services);
  const described = { services, schemas, hasKeys, ...(publicBaseUrl !== undefined && { publicBaseUrl }) };
  const schemaFiles = schemaDocuments(schemas, base);
  const exampleFiles = exampleDocuments(services);
  const addresses = (folder: string, files: Documents): string[] =>
    [...files.keys()].map((name) => `${base}/${folder}/${name}`);
  const list = { schemas: addresses('schemas', schemaFiles), examples: addresses('examples', exampleFiles) };

  const router = Router();
  const cacheControl = guard === undefined ? `public, ${CACHE}` : `private, ${CACHE}`;
  const serve = (
    address: string,
    documents: Documents,
    nameOf: (parameters: { name?: string }) => string,
  ): void => {
    const send: RequestHandler<{ name?: string }> = (request, response) => {
      const document = documents.get(nameOf(request.params));
      if (document === undefined) throw new CdsError('CDS_ROUTE_UNKNOWN');
      response.set({
        'Cache-Control': cacheControl,
        ETag: document.etag,
        'Content-Type': document.mediaType,
      });
      // Answers 304 by itself where the caller has these bytes.
      response.send(document.body);
    };
    router
      .route(address)
      .get(...(guard === undefined ? [] : [guard]), send)
      .all(methodNotAllowed(READ_ONLY));
  };
  const one = (document: JsonSchema): Documents =>
    new Map([['', fixed(JSON.stringify(document), 'application/json')]]);
  serve('/openapi.json', one(openApiDocument(described)), () => '');
  serve('/schemas', one(list), () => '');
  serve('/schemas/:name', schemaFiles, ({ name }) => name ?? '');
  serve('/examples/:name', exampleFiles, ({ name }) => name ?? '');
  return router;
}
