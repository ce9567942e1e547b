/** What servers may say of and in their files, and what the export makes of it. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { TokenSource } from '../../../../src/chart/index.ts';
import {
  failure,
  manifestOf,
  outcome,
  PATIENT,
  send,
  startScript,
  TOKEN,
  type Script,
  type Scripted,
} from './scripted-export.ts';

let server: Scripted;
afterEach(() => server.close());
const start = async (script: Script): Promise<Scripted> => {
  server = await startScript({ files: { '/files/patient': send(PATIENT) }, ...script });
  return server;
};
const deletes = () => server.own.seen.filter(({ line }) => line.startsWith('DELETE')).length;
const fileText = (name: string): Promise<string> =>
  readFile(path.join(server.directory, 'fhir', name), 'utf8');
const patientAnd = (more: object) => (urls: { own: string; other: string }) =>
  manifestOf([{ type: 'Patient', url: `${urls.own}/files/patient` }], more);

describe('errors and deletions', () => {
  it('counts what the server reports, by code, and reads no text of it', async () => {
    await start({
      manifest: (urls) =>
        patientAnd({ error: [{ type: 'OperationOutcome', url: `${urls.own}/files/errors` }] })(urls),
      files: {
        '/files/patient': send(PATIENT),
        '/files/errors': send(
          [outcome('not-found'), outcome('not-found'), outcome('informational', 'information'), 'x'].join(
            '\n',
          ),
        ),
      },
    });
    const cohort = await server.run();
    expect(cohort.issues).toEqual({ 'error not-found': 2, 'information informational': 1 });
    expect(JSON.stringify(cohort)).not.toContain('Jane');
  });

  it('fails where one of them is fatal, and gives the export back', async () => {
    await start({
      manifest: (urls) => patientAnd({ error: [{ url: `${urls.own}/files/errors` }] })(urls),
      files: { '/files/errors': send(outcome('exception', 'fatal')) },
    });
    await expect(server.run()).rejects.toMatchObject(
      failure('errors: the server reports {"fatal exception":1}'),
    );
    expect(deletes()).toBe(1);
  });

  const deletion = (url: string, method = 'DELETE') =>
    `${JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: [{ request: { method, url } }] })}\n`;
  const withDeleted = (text: string): Script => ({
    manifest: (urls) => patientAnd({ deleted: [{ type: 'Bundle', url: `${urls.own}/files/deleted` }] })(urls),
    files: {
      '/files/patient': send(PATIENT + PATIENT.replace('p1', 'gone')),
      '/files/deleted': send(text),
    },
  });

  it('removes what is listed as deleted', async () => {
    await start(withDeleted(deletion('Patient/gone') + deletion('Encounter/p1')));
    await server.run();
    expect(await fileText('Patient.ndjson')).toBe(PATIENT);
  });

  it.each([deletion('Patient?name=x'), deletion('Patient/gone', 'PUT'), PATIENT, 'nonsense'])(
    'refuses a deletion that it does not understand: %s',
    async (text) => {
      await start(withDeleted(text));
      await expect(server.run()).rejects.toMatchObject(failure(expect.stringMatching(/^deleted: /)));
    },
  );
});

describe('files', () => {
  it('unpacks gzip, declared or not', async () => {
    const zipped = gzipSync(PATIENT);
    for (const headers of [{ 'content-encoding': 'gzip' }, { 'content-type': 'application/gzip' }]) {
      await start({ files: { '/files/patient': send(zipped, 200, headers) } });
      await server.run();
      expect(await fileText('Patient.ndjson')).toBe(PATIENT);
      await server.close();
    }
    await start({});
  });

  it.each([
    ['{"resourceType":"Patient","id":"p2"}\n{"name":"Jane Doe"\n', 2],
    ['\r\n{"resourceType":"Observation","id":"Jane"}\r\n', 2],
    ['<html>Jane</html>\n', 1],
  ])('names file and line of what is no such resource, and nothing of it: %j', async (text, line) => {
    await start({ files: { '/files/patient': send(text) } });
    await expect(server.run()).rejects.toMatchObject({
      code: 'COHORT_INVALID',
      detail: `Patient.ndjson, line ${line} is not a resource of type Patient`,
    });
    expect(await readdir(path.join(server.directory, 'fhir'))).toEqual([]);
    expect(existsSync(path.join(server.directory, 'manifest.json'))).toBe(false);
  });

  it('bounds the length of a line', async () => {
    await start({});
    await expect(server.run({ maxLineBytes: 10 })).rejects.toMatchObject({
      code: 'COHORT_INVALID',
      detail: 'Patient.ndjson, line 1 is longer than 10 bytes',
    });
  });

  it('holds the number of resources against the manifest', async () => {
    await start({
      manifest: ({ own }) => manifestOf([{ type: 'Patient', url: `${own}/files/patient`, count: 2 }]),
    });
    await expect(server.run()).rejects.toMatchObject(
      failure('download: Patient.ndjson came with 1 resources instead of 2'),
    );
    expect(server.waits).toHaveLength(3);
    expect(await readdir(path.join(server.directory, 'fhir'))).toEqual([]);
  });

  it('downloads again what a broken connection cut', async () => {
    let times = 0;
    await start({
      files: {
        '/files/patient': (_request, response) => {
          times++;
          if (times === 1) {
            response.write(PATIENT);
            setTimeout(() => response.destroy(), 20);
          } else response.send(PATIENT.repeat(2));
        },
      },
    });
    const { output } = await server.run();
    expect(output[0]).toMatchObject({ count: 2 });
  });

  it('ends the other downloads when one fails for good, and leaves the export to be resumed', async () => {
    await start({
      manifest: ({ own }) =>
        manifestOf([
          { type: 'Patient', url: `${own}/files/patient` },
          { type: 'Condition', url: `${own}/files/endless` },
          { type: 'Patient', url: `${own}/files/none` },
        ]),
      files: {
        '/files/patient': send(PATIENT),
        '/files/endless': (_request, response) => {
          response.write('{"resourceType":"Condition"}\n');
        },
        // late, so that the first is there
        '/files/none': (_request, response) => {
          setTimeout(() => response.status(404).end(), 200);
        },
      },
    });
    await expect(server.run()).rejects.toMatchObject(
      failure('download: Patient.1.ndjson: the server answered 404'),
    );
    expect(deletes()).toBe(0);
    expect(await readdir(server.directory)).toEqual(['export-state.json', 'fhir']);
    expect(await readdir(path.join(server.directory, 'fhir'))).toEqual(['Patient.ndjson']);
  });

  it('takes a file that is listed twice once', async () => {
    await start({
      manifest: ({ own }) => {
        const file = { type: 'Patient', url: `${own}/files/patient` };
        return manifestOf([file, file]);
      },
    });
    const { output } = await server.run();
    expect(output.map(({ url }) => url)).toEqual(['fhir/Patient.ndjson']);
  });

  it('leaves files of types that were not asked for where they are, and says so', async () => {
    await start({
      manifest: ({ own }) =>
        manifestOf([
          { type: 'Patient', url: `${own}/files/patient` },
          { type: 'Encounter', url: `${own}/files/encounter` },
        ]),
    });
    expect(await server.run()).toMatchObject({ otherTypes: ['Encounter'] });
    expect(server.own.seen.some(({ line }) => line.includes('encounter'))).toBe(false);
  });
});

describe('where the token goes', () => {
  const tokens: TokenSource = { token: () => Promise.resolve('for-the-store'), refused: () => false };
  const seenAt = ({ seen }: { seen: { line: string; authorization: string | undefined }[] }, part: string) =>
    seen.filter(({ line }) => line.includes(part)).map(({ authorization }) => authorization);
  const twoOrigins = (requiresAccessToken: boolean): Script => ({
    manifest: ({ own, other }) =>
      manifestOf(
        [
          { type: 'Patient', url: `${own}/files/patient` },
          { type: 'Patient', url: `${other}/store/patient?signature=1` },
        ],
        { requiresAccessToken },
      ),
    files: { '/files/patient': send(PATIENT), '/store/patient': send(PATIENT.replace('p1', 'p2')) },
  });

  it('with the files where they need it, to the server and to allowed origins', async () => {
    await start(twoOrigins(true));
    await server.run({ allowedOrigins: [server.other.url], tokens });
    expect(seenAt(server.own, '/files/')).toEqual([`Bearer ${TOKEN}`]);
    expect(seenAt(server.other, '/store/')).toEqual(['Bearer for-the-store']);
  });

  it('nowhere with files that do not need it', async () => {
    await start(twoOrigins(false));
    await server.run({ allowedOrigins: [server.other.url], tokens });
    expect(seenAt(server.own, '/files/')).toEqual([undefined]);
    expect(seenAt(server.other, '/store/')).toEqual([undefined]);
    expect(seenAt(server.own, 'jobs')).not.toContain(undefined);
  });

  it('never to another origin: its files are not asked for at all', async () => {
    await start(twoOrigins(true));
    await expect(server.run({ tokens })).rejects.toMatchObject(
      failure('download: the server sent an address at an origin not allowed'),
    );
    expect(server.other.seen).toEqual([]);
  });

  const redirected = (to: (urls: { other: string }) => string): Script => ({
    files: {
      '/files/patient': (_request, response) => {
        response.redirect(307, to({ other: server.other.url }));
      },
      '/store/signed': send(PATIENT),
    },
  });

  it('not along with a redirect, which is followed to allowed origins', async () => {
    await start(redirected(({ other }) => `${other}/store/signed`));
    await server.run({ allowedOrigins: [server.other.url], tokens });
    expect(seenAt(server.own, '/files/')).toEqual([`Bearer ${TOKEN}`]);
    expect(seenAt(server.other, '/store/')).toEqual([undefined]);
    expect(await fileText('Patient.ndjson')).toBe(PATIENT);
  });

  it('and a redirect to anywhere else is not followed, nor one in a circle', async () => {
    await start(redirected(({ other }) => `${other}/store/signed`));
    await expect(server.run()).rejects.toMatchObject(
      failure('download: the server sent an address at an origin not allowed'),
    );
    expect(server.other.seen).toEqual([]);
    await server.close();

    await start(redirected(() => '/files/patient'));
    await expect(server.run()).rejects.toMatchObject(
      failure('download: Patient.ndjson: the server answered 307'),
    );
  });

  it('not over open http, but on this machine', async () => {
    await start({});
    const open = {
      baseUrl: 'http://fhir.hospital.example/r4',
      raw: () => Promise.reject(new Error('asked')),
    };
    await expect(server.run({ client: open })).rejects.toMatchObject(
      failure('kick-off: the address is neither https nor on this machine'),
    );
  });
});
