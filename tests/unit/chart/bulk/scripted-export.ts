/** A Bulk Data server that says what a test tells it: two origins, of which only the first is the FHIR server's. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Request, Response } from 'express';
import { exportCohort, type ExportedCohort } from '../../../../src/chart/index.ts';
import type { BulkExportOptions, BulkProgress } from '../../../../src/chart/bulk/types.ts';
import { bulkClient, instantPacing } from '../../support/bulk-client.ts';
import { startScriptedServer, type ScriptedServer } from '../scripted-server.ts';

export const TOKEN = 'secret-token';
type Answer = (request: Request, response: Response) => void;

export interface Script {
  /** One a poll; the last one stays. */
  status?: readonly Answer[];
  kickOff?: Answer;
  /** By path: `/files/...` of the FHIR server's origin, `/store/...` of the other one's. */
  files?: Readonly<Record<string, Answer>>;
  manifest?: (urls: { own: string; other: string }) => unknown;
}

export interface Scripted {
  readonly own: ScriptedServer;
  readonly other: ScriptedServer;
  readonly progress: BulkProgress[];
  readonly waits: number[];
  readonly directory: string;
  run(change?: Partial<BulkExportOptions>): Promise<ExportedCohort>;
  close(): Promise<void>;
}

export const PATIENT = '{"resourceType":"Patient","id":"p1"}\n';
export const send =
  (text: string | Buffer, status = 200, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_request, response) => {
    response.status(status).set(headers).send(Buffer.from(text));
  };
export const manifestOf = (output: readonly unknown[], more: object = {}): object => ({
  transactionTime: '2026-01-01T00:00:00.000Z',
  request: 'https://fhir.example/$export',
  requiresAccessToken: true,
  output,
  error: [],
  ...more,
});

export const failure = (detail: unknown) => ({ code: 'BULK_EXPORT_FAILED', detail });
/** An OperationOutcome whose text must not be repeated. */
export const outcome = (code: string, severity = 'error'): string =>
  JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity, code, diagnostics: 'Patient Jane Doe' }],
  });

export async function startScript(script: Script): Promise<Scripted> {
  const polls = { count: 0 };
  const fileOf = (request: Request, response: Response): void => {
    const answer = script.files?.[request.path];
    if (answer === undefined) response.status(404).end();
    else answer(request, response);
  };
  const other = await startScriptedServer(fileOf);
  const status: Answer = (request, response) => {
    const answer = script.status?.[Math.min(polls.count++, script.status.length - 1)] ?? READY;
    if (answer !== READY) answer(request, response);
    else
      response.json(
        script.manifest?.({ own: own.url, other: other.url }) ??
          manifestOf([{ type: 'Patient', url: `${own.url}/files/patient` }]),
      );
  };
  const accept: Answer = (_request, response) => {
    response.status(202).set('Content-Location', `${own.url}/jobs/1`).end();
  };
  const own: ScriptedServer = await startScriptedServer((request, response) => {
    if (request.path.endsWith('/$export')) (script.kickOff ?? accept)(request, response);
    else if (request.path !== '/jobs/1') fileOf(request, response);
    else if (request.method === 'DELETE') response.status(202).end();
    else status(request, response);
  });
  const root = await mkdtemp(path.join(tmpdir(), 'bulk-'));
  const directory = path.join(root, 'cohort');
  const progress: BulkProgress[] = [];
  const pacing = instantPacing();
  return {
    own,
    other,
    progress,
    waits: pacing.waits,
    directory,
    run: (change = {}) =>
      exportCohort({
        client: bulkClient(`${own.url}/fhir`, TOKEN),
        scope: { level: 'group', groupId: 'g1' },
        types: ['Patient', 'Condition'],
        directory,
        signal: new AbortController().signal,
        report: (each) => progress.push(each),
        pacing,
        ...change,
      }),
    close: async () => {
      await own.close();
      await other.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** In a script's `status`: the manifest. */
export const READY: Answer = () => undefined;
