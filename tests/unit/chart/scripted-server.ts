/** A FHIR server that answers as a test tells it, for what no real one would do on purpose. */
import express, { type Request, type Response } from 'express';
import { listen, LOOPBACK, type Listening } from '../../../src/platform/index.ts';

export interface ScriptedServer extends Listening {
  /** The requests that came, as `METHOD /path?query`. */
  readonly seen: { readonly line: string; readonly authorization: string | undefined }[];
  /** Requests whose client went away before an answer. */
  readonly abandoned: string[];
}

export async function startScriptedServer(
  answer: (request: Request, response: Response) => void,
): Promise<ScriptedServer> {
  const seen: ScriptedServer['seen'] = [];
  const abandoned: string[] = [];
  // No ETag of express's own: in FHIR it is the version.
  const app = express().set('etag', false);
  app.use((request, response) => {
    seen.push({ line: `${request.method} ${request.url}`, authorization: request.get('authorization') });
    response.on('close', () => {
      if (!response.writableFinished) abandoned.push(request.path);
    });
    answer(request, response);
  });
  const listening = await listen(app, LOOPBACK, 0);
  return { ...listening, seen, abandoned };
}

export const bundle = (resources: readonly unknown[], next?: string) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  link: next === undefined ? [] : [{ relation: 'next', url: next }],
  entry: resources.map((resource) => ({ resource, search: { mode: 'match' } })),
});
