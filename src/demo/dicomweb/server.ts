import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { CtFile, DicomJson, SimulatedCtStudy } from '../../simulation/index.ts';
import { EXPLICIT_LITTLE_ENDIAN, imageForms, type ImageForm, takesJson } from './accept.ts';
import { type Archive, createArchive, type Path, type Study } from './archive.ts';
import { instanceAttributes, type Level, seriesAttributes, studyAttributes, TAGS } from './attributes.ts';
import { sendMultipart, sendSingle } from './multipart.ts';
import { isMatch, project, QueryInvalid, readQuery } from './query.ts';

export interface DicomWebServerOptions {
  /** By their UIDs; their files are made when they are asked for. */
  readonly studies: Iterable<SimulatedCtStudy>;
}

/** Where the services lie: the root that configurations and Endpoints name. */
export const DICOMWEB_PATH = '/dicom-web';

/** As the client wrote it. */
const rootOf = (request: Request): string =>
  `${request.protocol}://${request.get('host') ?? '127.0.0.1'}${DICOMWEB_PATH}`;

const say = (response: Response, status: number, what: string): void => {
  response.status(status).json({ error: what });
};

const pathOf = ({ params }: Request): Path => {
  const { study, series, instance } = params;
  return {
    ...(typeof study === 'string' && { study }),
    ...(typeof series === 'string' && { series }),
    ...(typeof instance === 'string' && { instance }),
  };
};

/** One row a study, series or instance that lies at the path, with all that may be asked for. */
function* rowsOf(study: Study, level: Level, path: Path, root: string): Generator<DicomJson> {
  if (level === 'study') {
    yield studyAttributes(study, root);
    return;
  }
  for (const series of study.series) {
    if (path.series !== undefined && series.seriesInstanceUid !== path.series) continue;
    if (level === 'series') yield seriesAttributes(study, series, root);
    else
      for (const instance of series.instances)
        if (path.instance === undefined || instance.sopInstanceUid === path.instance)
          yield instanceAttributes(study, series, instance, root);
  }
}

const sendJson = (response: Response, rows: readonly DicomJson[]): void => {
  response
    .status(200)
    .type('application/dicom+json')
    .send(Buffer.from(JSON.stringify(rows)));
};

/** QIDO-RS: 204 where nothing is found, of an unknown study too (PS3.18 10.6.3.1). */
const search =
  (archive: Archive, level: Level) =>
  (request: Request, response: Response): void => {
    if (!takesJson(request.get('accept'))) {
      say(response, 406, 'application/dicom+json is what there is');
      return;
    }
    const query = readQuery(new URL(request.url, 'http://localhost').searchParams);
    const path = pathOf(request);
    const matched = archive
      .studies(path.study, query.match.get(TAGS['PatientID'] ?? ''))
      .flatMap((study) => [...rowsOf(study, level, path, rootOf(request))])
      .filter((row) => isMatch(row, query));
    const rows = matched.slice(query.offset, query.offset + query.limit);
    const left = matched.length - query.offset - rows.length;
    if (left > 0)
      response.set(
        'Warning',
        `299 ${request.get('host') ?? '-'} "There are ${String(left)} additional results"`,
      );
    if (rows.length === 0) response.status(204).end();
    else
      sendJson(
        response,
        rows.map((row) => project(row, level, query)),
      );
  };

/** WADO-RS metadata: whole headers, without pixels. */
const metadata =
  (archive: Archive) =>
  (request: Request, response: Response): void => {
    const path = pathOf(request);
    const rows = archive
      .studies(path.study)
      .flatMap((study) => [...rowsOf(study, 'instance', path, rootOf(request))]);
    if (!takesJson(request.get('accept'))) say(response, 406, 'application/dicom+json is what there is');
    else if (rows.length === 0) say(response, 404, 'not here');
    else sendJson(response, rows);
  };

/** Undefined where the studies cannot be sent so: nothing is compressed anew. */
function filesAs(
  archive: Archive,
  path: Path & { readonly study: string },
  { transferSyntax }: ImageForm,
): readonly CtFile[] | undefined {
  if (transferSyntax === EXPLICIT_LITTLE_ENDIAN) return archive.files(path, 'explicit');
  const stored = archive.files(path, 'stored');
  return transferSyntax === '*' || stored?.every((file) => file.transferSyntaxUid === transferSyntax) === true
    ? stored
    : undefined;
}

/** WADO-RS: a study, a series, an instance. */
const retrieve =
  (archive: Archive) =>
  async (request: Request, response: Response): Promise<void> => {
    const { study = '', ...rest } = pathOf(request);
    const path = { study, ...rest };
    const first = archive.files(path, 'stored');
    if (first === undefined) {
      say(response, 404, 'not here');
      return;
    }
    for (const form of imageForms(request.get('accept'), path.instance !== undefined)) {
      const files = filesAs(archive, path, form);
      const [file] = files ?? [];
      if (files === undefined || file === undefined) continue;
      if (form.container === 'single') sendSingle(response, file);
      else await sendMultipart(response, files);
      return;
    }
    say(response, 406, 'multipart/related of application/dicom, as it is stored or explicit little endian');
  };

/** An address that cannot be decoded is the client's fault; what else fails is said without its message. */
const failed: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) next(error);
  else if (error instanceof QueryInvalid) say(response, 400, error.message);
  else if (error instanceof URIError) say(response, 400, 'an address that cannot be read');
  else say(response, 500, 'failed');
};

/**
 * The demonstration's PACS: QIDO-RS and WADO-RS (PS3.18 10.6, 10.4) over simulated CTs. Nothing is kept on disk, nothing
 * can be stored, and there is no authentication: for loopback alone.
 */
export function createDicomWebServer({ studies }: DicomWebServerOptions): Express {
  const archive = createArchive(studies);
  const routes = express.Router();
  const study = '/studies/:study';
  const series = `${study}/series/:series`;
  const instance = `${series}/instances/:instance`;
  for (const at of [study, series, instance]) {
    routes.get(`${at}/metadata`, metadata(archive));
    routes.get(at, retrieve(archive));
  }
  routes.get('/studies', search(archive, 'study'));
  for (const at of ['/series', `${study}/series`]) routes.get(at, search(archive, 'series'));
  for (const at of ['/instances', `${study}/instances`, `${series}/instances`])
    routes.get(at, search(archive, 'instance'));

  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use((_request, response, next) => {
    response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    next();
  });
  app.use(DICOMWEB_PATH, routes);
  app.use((_request, response) => {
    say(response, 404, 'no such address');
  });
  app.use(failed);
  return app;
}
