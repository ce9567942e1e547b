import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CdsError } from '../../domain/index.ts';

export interface KnownFile {
  /** As in the data folder. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Is it, byte for byte, the file that the published figures were made from? */
  readonly asKnown: boolean;
}

/** @throws {CdsError} DATA_SET_INVALID */
export const invalid = (detail: string): never => {
  throw new CdsError('DATA_SET_INVALID', detail);
};

/** @throws {CdsError} DATA_SET_INVALID where there is no such file */
export async function readKnownFile(path: string, file: string, knownSha256: string): Promise<KnownFile> {
  const bytes = await readFile(path).catch(() => invalid(`${file} is not there, or cannot be read`));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { file, bytes: new Uint8Array(bytes), sha256, asKnown: sha256 === knownSha256 };
}

/** A sheet's rows, by the names in its first row. */
export interface Sheet {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** @throws {CdsError} DATA_SET_INVALID: not a workbook, or without one of the sheets */
export async function readSheets(known: KnownFile, names: readonly string[]): Promise<Sheet[]> {
  const { default: readWorkbook } = await import('read-excel-file/node');
  const sheets = await readWorkbook(Buffer.from(known.bytes)).catch(() =>
    invalid(`${known.file} is not an Excel workbook`),
  );
  return names.map((name) => {
    const sheet = sheets.find((each) => each.sheet === name) ?? invalid(`${known.file} has no sheet ${name}`);
    const [head = [], ...rows] = sheet.data;
    return { name, columns: head.map(String), rows };
  });
}

/** @throws {CdsError} DATA_SET_INVALID where the sheet lacks the column */
export const columnOf = ({ name, columns }: Sheet, column: string): number => {
  const at = columns.indexOf(column);
  return at >= 0 ? at : invalid(`sheet ${name} has no column ${column}`);
};
