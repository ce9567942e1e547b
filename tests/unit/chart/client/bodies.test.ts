/** Answers larger than any chart's: hostile, or a mistake. They end as an error, before they fill the memory. */
import { gzipSync } from 'node:zlib';
import type { Request, Response } from 'express';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TokenSource } from '../../../../src/chart/index.ts';
import { CdsError } from '../../../../src/domain/index.ts';
import { patient, PATIENT_ID } from '../../support/fhir.ts';
import { NEVER } from '../../support/reading.ts';
import { bundle, startScriptedServer, type ScriptedServer } from '../scripted-server.ts';
import { clientOf, failureOf } from './client-for-tests.ts';

const OPTIONS = { signal: NEVER };
const MAX = 64 * 1024;
const started: ScriptedServer[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
});

const serve = async (answer: (request: Request, response: Response) => void): Promise<ScriptedServer> => {
  const server = await startScriptedServer(answer);
  started.push(server);
  return server;
};

/** As much as the client takes; how many bytes that was. */
const endless = (piece: string) => {
  const sent = { bytes: 0 };
  const answer = (_: Request, response: Response): void => {
    response.type('application/fhir+json');
    response.write('{"resourceType":"Bundle","note":"');
    const more = (): void => {
      while (!response.destroyed) {
        sent.bytes += piece.length;
        if (!response.write(piece)) {
          response.once('drain', more);
          return;
        }
      }
    };
    more();
  };
  return { sent, answer };
};

describe('a body without end', () => {
  it('of a search is let go of soon after the limit, and not asked for again', async () => {
    const { sent, answer } = endless('x'.repeat(16 * 1024));
    const server = await serve(answer);
    const client = clientOf(server.url, { maxBodyBytes: MAX });
    const error = await failureOf(client.search('Observation', {}, OPTIONS));
    expect(error.code).toBe('FHIR_ANSWER_INVALID');
    expect(error.message).toContain('larger than');
    expect(server.seen).toHaveLength(1);
    // What lies in sockets on the way, and no more.
    expect(sent.bytes).toBeLessThan(16 * 1024 * 1024);
  });

  it('packed small counts unpacked', async () => {
    const text = JSON.stringify({ ...patient(), note: 'x'.repeat(20 * MAX) });
    const packed = gzipSync(text);
    expect(packed.length).toBeLessThan(MAX);
    const server = await serve((_, response) => {
      response.set('content-encoding', 'gzip').type('application/fhir+json').end(packed);
    });
    const client = clientOf(server.url, { maxBodyBytes: MAX });
    expect((await failureOf(client.read('Patient', PATIENT_ID, OPTIONS))).code).toBe('FHIR_ANSWER_INVALID');
  });

  it('of a refusal or a write is no different', async () => {
    const server = await serve((_, response) => {
      response.status(400).json({ resourceType: 'OperationOutcome', note: 'x'.repeat(2 * MAX) });
    });
    const client = clientOf(server.url, { maxBodyBytes: MAX });
    for (const call of [client.put({ ...patient(), resourceType: 'Patient', id: 'p' }, OPTIONS)])
      expect((await failureOf(call)).code).toBe('FHIR_ANSWER_INVALID');
  });
});

it('a body of just the limit is read', async () => {
  const text = JSON.stringify(bundle([patient()]));
  const server = await serve((_, response) => {
    response.type('application/fhir+json').end(text);
  });
  const client = clientOf(server.url, { maxBodyBytes: Buffer.byteLength(text) });
  expect(await client.search('Patient', {}, OPTIONS)).toHaveLength(1);
});

it('a byte order mark is no part of the JSON', async () => {
  const server = await serve((_, response) => {
    response.type('application/fhir+json').end(`\uFEFF${JSON.stringify(patient())}`);
  });
  expect(await clientOf(server.url).read('Patient', PATIENT_ID, OPTIONS)).toMatchObject({ id: PATIENT_ID });
});

describe('an id that is none', () => {
  it.each(['.', '..'])('%s: nothing is asked, since the address would be another one', async (id) => {
    const server = await serve((_, response) => {
      response.json(patient());
    });
    expect(await clientOf(server.url).read('Patient', id, OPTIONS)).toBeUndefined();
    expect(server.seen).toEqual([]);
  });
});

it('an answer that nobody will read is let go of: no token for the next attempt', async () => {
  const server = await serve((_, response) => {
    response.status(401).write('x'.repeat(100_000));
  });
  let asked = 0;
  const tokens: TokenSource = {
    token: () =>
      asked++ === 0 ? Promise.resolve('first') : Promise.reject(new CdsError('SMART_TOKEN_UNAVAILABLE')),
    refused: () => true,
  };
  const client = clientOf(server.url, { tokens });
  expect((await failureOf(client.raw('metadata', {}, OPTIONS))).code).toBe('SMART_TOKEN_UNAVAILABLE');
  await vi.waitFor(() => {
    expect(server.abandoned).toEqual(['/fhir/metadata']);
  });
});
