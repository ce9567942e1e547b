import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { EndpointFact } from '../../../src/chart/index.ts';
import {
  createDicomWebSource,
  type DicomWebOptions,
  type DicomWebSource,
} from '../../../src/modalities/radiomics/dicomweb/index.ts';
import { imagingSchema, type ImagingConfig } from '../../../src/platform/index.ts';

export const STUDY_UID = '1.2.826.0.1.3680043.10.9999.1';
export const SERIES_UID = '1.2.826.0.1.3680043.10.9999.1.1';
export const STUDY = { studyInstanceUid: STUDY_UID, endpoints: [] } as const;
export const SERIES = { seriesInstanceUid: SERIES_UID, instances: 3 } as const;

/** What a reader of files takes for one, and its number. */
export const aFile = (number: number, length = 2000): Buffer => {
  const file = Buffer.alloc(length, number);
  file.write('DICM', 128, 'latin1');
  return file;
};

export const part = (body: Buffer, type = 'application/dicom', boundary = 'edge'): Buffer =>
  Buffer.concat([Buffer.from(`\r\n--${boundary}\r\nContent-Type: ${type}\r\n\r\n`), body]);
export const CLOSING = Buffer.from('\r\n--edge--\r\n');
export const MULTIPART = 'multipart/related; type="application/dicom"; boundary=edge';

export const wholeSeries = (): Buffer => Buffer.concat([1, 2, 3].map((n) => part(aFile(n))).concat(CLOSING));

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface HostilePacs {
  readonly root: string;
  readonly port: number;
  /** Of the requests that came, in order. */
  readonly paths: readonly string[];
  readonly headers: readonly IncomingMessage['headers'][];
  close(): Promise<void>;
}

const open = (server: Server): Promise<AddressInfo> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(server.address() as AddressInfo);
    });
  });

/** A server on loopback that does what it is told, whatever that is. */
export async function startPacs(handler: Handler): Promise<HostilePacs> {
  const paths: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    headers.push(request.headers);
    handler(request, response);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  const { port } = await open(server);
  return {
    root: `http://127.0.0.1:${port}/dicom-web`,
    port,
    paths,
    headers,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
}

type Settings = Partial<Omit<ImagingConfig, 'dicomweb'>> & { readonly dicomweb?: readonly object[] };

/** A source on it: short of patience, without retries unless told. */
export const sourceOf = (
  pacs: Pick<HostilePacs, 'root'>,
  settings: Settings = {},
  more: Partial<DicomWebOptions> = {},
): DicomWebSource =>
  createDicomWebSource({
    imaging: imagingSchema.parse({
      dicomweb: [{ root: pacs.root }],
      timeoutMs: 5000,
      stallMs: 2000,
      retries: 0,
      ...settings,
    }),
    resolveEndpoint: () => Promise.resolve(undefined),
    backoffMs: 5,
    ...more,
  });

export const anEndpoint = (address: string, more: Partial<EndpointFact> = {}): EndpointFact => ({
  source: { reference: 'Endpoint/1', version: '1' },
  status: 'active',
  connectionType: 'dicom-wado-rs',
  address,
  ...more,
});

export const send =
  (status: number, headers: Record<string, string>, body: Buffer | string = ''): Handler =>
  (_, response) => {
    response.writeHead(status, headers).end(body);
  };

export const sendSeries = (body: Buffer): Handler => send(200, { 'content-type': MULTIPART }, body);
