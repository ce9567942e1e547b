import path from 'node:path';
import { invalid, readKnownFile, readSheets, columnOf, type KnownFile, type Sheet } from './workbook.ts';
import type { LabelledSamples } from './samples.ts';

export interface St000369 {
  readonly serum: LabelledSamples<'serum'>;
  readonly plasma: LabelledSamples<'plasma'>;
  /** The published split of the serum samples: rows of `serum`, shape (53) and (27). */
  readonly split: { readonly train: readonly number[]; readonly test: readonly number[] };
  readonly files: readonly KnownFile[];
}

const FOLDER = path.join('omics', 'metabolomics_cimcb');
const WORKBOOK = 'ST000369.xlsx';
const SPLIT = 'ST000369_published_split_rs87.csv';
const WORKBOOK_SHA256 = '23b4737d2952f2b056a7af19b0dcd91e4df760f0692d4e6e0f6e448254d585fe';
const SPLIT_SHA256 = '1bd9aa6acbc11213c65efb84443b8ebd7d29fce8889c28e5d6f359c4ce318832';

/** As the workbook writes them, one misspelt; pools and quality controls have none. */
const HEALTH: Readonly<Record<string, 0 | 1>> = {
  Healthy: 0,
  Adenocarcinoma: 1,
  Adenocarcnoma: 1,
  Adenosquamous: 1,
};
const METABOLITES = 181;
const EXPECTED = { serum: [31, 49], plasma: [32, 51] } as const;

const metaboliteNames = (peak: Sheet): Map<string, string> => {
  const [name, label] = [columnOf(peak, 'Name'), columnOf(peak, 'Label')];
  return new Map(peak.rows.map((row) => [String(row[name]), String(row[label])]));
};

const amount = (value: unknown, where: string): number => {
  if (value === null || value === undefined || value === '' || value === 'NA') return NaN;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) invalid(`${where} is not an amount`);
  return value as number;
};

const checkCounts = (matrix: keyof typeof EXPECTED, labels: Uint8Array): void => {
  const cancer = labels.reduce((sum, label) => sum + label, 0);
  const [healthy, expected] = EXPECTED[matrix];
  if (cancer !== expected || labels.length - cancer !== healthy)
    invalid(
      `${WORKBOOK} has ${labels.length - cancer} healthy and ${cancer} cancer ${matrix} samples, not ${healthy} and ${expected}`,
    );
};

/** The labelled samples of one matrix, and their Idx. */
const samplesOf = <M extends 'serum' | 'plasma'>(
  matrix: M,
  data: Sheet,
  names: ReadonlyMap<string, string>,
): { samples: LabelledSamples<M>; idx: number[] } => {
  const [type, health, id] = [
    columnOf(data, 'SampleType'),
    columnOf(data, 'HealthState'),
    columnOf(data, 'SampleID'),
  ];
  const [at, columns] = [columnOf(data, 'Idx'), Array.from(names.keys(), (name) => columnOf(data, name))];
  const rows = data.rows.filter(
    (row) => String(row[type]).toLowerCase() === matrix && HEALTH[String(row[health])] !== undefined,
  );
  const samples = rows.map((row) => String(row[id]));
  if (new Set(samples).size !== samples.length) invalid(`${WORKBOOK} names a ${matrix} sample twice`);
  const labels = Uint8Array.from(rows, (row) => HEALTH[String(row[health])] ?? 0);
  checkCounts(matrix, labels);
  const x = Float64Array.from(
    rows.flatMap((row) =>
      columns.map((column) => amount(row[column], `${String(row[id])} ${String(column)}`)),
    ),
  );
  return {
    samples: { matrix, samples, features: [...names.values()], x, labels },
    idx: rows.map((row) => Number(row[at])),
  };
};

/** The split names samples by Idx, each serum sample once. */
const splitOf = (csv: string, idx: readonly number[], labels: Uint8Array): St000369['split'] => {
  const split = { train: [] as number[], test: [] as number[] };
  const seen = new Set<number>();
  for (const line of csv.trim().split(/\r?\n/).slice(1)) {
    const [id, set, label] = line.split(',');
    const row = idx.indexOf(Number(id));
    if (row < 0 || seen.has(row) || labels[row] !== Number(label))
      invalid(`${SPLIT}: "${line}" is no sample of the workbook`);
    if (set !== 'train' && set !== 'test') invalid(`${SPLIT}: "${line}" names no set`);
    seen.add(row);
    split[set as 'train' | 'test'].push(row);
  }
  if (seen.size !== idx.length) invalid(`${SPLIT} has ${seen.size} of ${idx.length} serum samples`);
  return split;
};

/**
 * Reads ST000369 (serum and plasma of lung adenocarcinoma and of healthy smokers, 181 metabolites by GC-TOF-MS).
 * The workbook names no persons: every sample stands for one, and serum and plasma, which probably came from the
 * same people, stay apart.
 *
 * @param folder the reference data's folder
 * @throws {CdsError} DATA_SET_INVALID, naming what is missing or changed
 * @see Fahrmann et al. 2015, doi:10.1158/1055-9965.EPI-15-0427 (DOI from memory); data doi:10.21228/M85P57
 */
export async function readSt000369(folder: string): Promise<St000369> {
  const workbook = await readKnownFile(path.join(folder, FOLDER, WORKBOOK), WORKBOOK, WORKBOOK_SHA256);
  const csv = await readKnownFile(path.join(folder, FOLDER, SPLIT), SPLIT, SPLIT_SHA256);
  const [data, peak] = await readSheets(workbook, ['Data', 'Peak']);
  if (data === undefined || peak === undefined) return invalid(`${WORKBOOK} lacks a sheet`);
  const names = metaboliteNames(peak);
  if (names.size !== METABOLITES) invalid(`${WORKBOOK} names ${names.size} metabolites, not ${METABOLITES}`);
  const serum = samplesOf('serum', data, names);
  const plasma = samplesOf('plasma', data, names);
  const split = splitOf(new TextDecoder().decode(csv.bytes), serum.idx, serum.samples.labels);
  return { serum: serum.samples, plasma: plasma.samples, split, files: [workbook, csv] };
}
