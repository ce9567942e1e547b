import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { getStatus, normalizeOperationOutcome } from '@medplum/core';
import { Router, type Request, type Response } from 'express';
import type { Group } from 'fhir/r4.js';
import { baseUrlOf } from '../address.ts';
import { unknown } from '../outcomes.ts';
import type { DemoRepository } from '../repository.ts';
import { ExportJobs, type ExportFile, type ExportJob } from './jobs.ts';
import type { ExportFault, ExportOptions } from './options.ts';
import { readParameters } from './parameters.ts';
import { membersOf, select } from './selection.ts';

type Patients = ReadonlySet<string> | undefined | 'system';

const outcome = (response: Response, error: unknown): void => {
  const refused = normalizeOperationOutcome(error);
  response.status(getStatus(refused)).type('application/fhir+json').send(JSON.stringify(refused));
};

/** A handler whose errors become OperationOutcomes. */
const guarded =
  (handle: (request: Request, response: Response) => void | Promise<void>) =>
  async (request: Request, response: Response): Promise<void> => {
    try {
      await handle(request, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else outcome(response, error);
    }
  };

const issue = (response: Response, status: number, code: string): void => {
  const body = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code }] };
  response.status(status).type('application/fhir+json').send(JSON.stringify(body));
};

function* linesOf({ resources }: ExportFile, truncated: boolean): Generator<string> {
  const half = Math.floor(resources.length / 2);
  for (const [index, resource] of resources.entries()) {
    const line = `${JSON.stringify(resource)}\n`;
    if (truncated && index === half) {
      yield line.slice(0, line.length / 2);
      return;
    }
    yield line;
  }
}

const sendFile = async (
  request: Request,
  response: Response,
  file: ExportFile,
  fault: ExportFault | 'ok',
): Promise<void> => {
  file.requests++;
  if (fault === 'file-error' && file.requests === 1) {
    issue(response, 500, 'exception');
    return;
  }
  const lines = Readable.from(linesOf(file, fault === 'file-truncated' && file.requests === 1));
  response.type('application/fhir+ndjson').set('Vary', 'Accept-Encoding');
  if (request.acceptsEncodings('gzip') === 'gzip') {
    response.set('Content-Encoding', 'gzip');
    await pipeline(lines, createGzip(), response);
  } else await pipeline(lines, response);
};

const manifestOf = (job: ExportJob, baseUrl: string) => {
  const listed = (list: ExportFile['list']) =>
    job.files
      .filter((file) => file.list === list)
      .map(({ type, name, resources }) => ({
        type,
        url: `${baseUrl}/$export-file/${job.id}/${name}`,
        count: resources.length,
      }));
  return {
    transactionTime: job.transactionTime,
    request: job.request,
    requiresAccessToken: false,
    output: listed('output'),
    deleted: listed('deleted'),
    error: [],
  };
};

const parameter = (request: Request, name: string): string => String(request.params[name] ?? '');

/**
 * `$export` of a Group, of all patients and of the system, with status and files, below the server's base. In memory
 * and made at once; the polls before the files are ready are there for clients to be tested with.
 *
 * @see http://hl7.org/fhir/uv/bulkdata/STU2/export.html
 */
export const createExportRoutes = (repository: DemoRepository, options: ExportOptions): Router => {
  const jobs = new ExportJobs(options);
  const { polls = 1, retryAfterSeconds = 1, faults = { mode: 'ok' } } = options;

  const jobOf = (request: Request): ExportJob => {
    const job = jobs.find(parameter(request, 'job'));
    if (job === undefined) throw unknown();
    return job;
  };

  const kickOff = (patientsOf: (request: Request) => Patients) =>
    guarded((request, response) => {
      const parameters = readParameters(request);
      const baseUrl = baseUrlOf(request);
      const selection = select(repository.store, patientsOf(request), parameters);
      const job = jobs.start(`${new URL(baseUrl).origin}${request.originalUrl}`, selection);
      response.status(202).set('Content-Location', `${baseUrl}/$export-status/${job.id}`).end();
    });

  const members = (request: Request): ReadonlySet<string> => {
    const group = repository.current('Group', parameter(request, 'id'));
    if (group === undefined) throw unknown();
    return membersOf(group as Group);
  };

  const status = guarded((request, response) => {
    const job = jobOf(request);
    job.polls++;
    if (faults.mode === 'failed') {
      issue(response, 500, 'processing');
      return;
    }
    if (job.polls > polls) {
      response.type('application/json').send(JSON.stringify(manifestOf(job, baseUrlOf(request))));
      return;
    }
    response.set('Retry-After', String(retryAfterSeconds));
    if (faults.mode === 'throttled' && job.polls % 2 === 1) {
      issue(response, 429, 'throttled');
      return;
    }
    const percent = Math.floor((100 * job.polls) / (polls + 1));
    response.status(202).set('X-Progress', `${percent}% complete`).end();
  });

  const file = guarded(async (request, response) => {
    const found = jobOf(request).files.find(({ name }) => name === parameter(request, 'name'));
    if (found === undefined) throw unknown();
    await sendFile(request, response, found, faults.mode);
  });

  const end = guarded((request, response) => {
    if (!jobs.delete(parameter(request, 'job'))) throw unknown();
    response.status(202).end();
  });

  const router = Router();
  router.get('/Group/:id/$export', kickOff(members));
  router.get(
    '/Patient/$export',
    kickOff(() => undefined),
  );
  router.get(
    '/$export',
    kickOff(() => 'system'),
  );
  router.get('/$export-status/:job', status);
  router.delete('/$export-status/:job', end);
  router.get('/$export-file/:job/:name', file);
  return router;
};
