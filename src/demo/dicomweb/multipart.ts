import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { CtFile } from '../../simulation/index.ts';

const typeOf = ({ transferSyntaxUid }: CtFile): string =>
  `application/dicom; transfer-syntax=${transferSyntaxUid}`;

function* parts(files: readonly CtFile[], boundary: string): Generator<Uint8Array> {
  for (const file of files) {
    const { length } = file.bytes;
    yield Buffer.from(
      `--${boundary}\r\nContent-Type: ${typeOf(file)}\r\nContent-Length: ${String(length)}\r\n\r\n`,
    );
    yield file.bytes;
    yield Buffer.from('\r\n');
  }
  yield Buffer.from(`--${boundary}--\r\n`);
}

/** Files one after the other, as fast as they are taken: PS3.18 8.6.1.2. Ends quietly where the client has gone. */
export async function sendMultipart(response: Response, files: readonly CtFile[]): Promise<void> {
  const boundary = randomUUID();
  response.status(200).type(`multipart/related; type="application/dicom"; boundary=${boundary}`);
  await pipeline(Readable.from(parts(files, boundary)), response).catch(() => undefined);
}

export const sendSingle = (response: Response, file: CtFile): void => {
  response.status(200).type(typeOf(file)).send(Buffer.from(file.bytes));
};
