import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SimulatedCohort } from './cohort.ts';
import { CALENDAR, GENERATOR_VERSION } from './constants.ts';
import { RESOURCE_TYPES } from './fhir.ts';

/** manifest.json: what the cohort is made of. */
export interface CohortManifest {
  readonly generator: { readonly name: 'recurrence-cds simulate'; readonly version: string };
  readonly simulated: true;
  readonly seed: number;
  readonly patients: number;
  /** Of them, those who meet the study's criteria. */
  readonly eligible: number;
  /** YYYY-MM-DD: nothing is known after it. */
  readonly dataCut: string;
  /** One file a resource type, as a Bulk Data export lists them; paths from the manifest. */
  readonly output: readonly {
    readonly type: string;
    readonly url: string;
    readonly count: number;
    readonly sha256: string;
  }[];
  /** `dicom/<StudyInstanceUID>/<SeriesInstanceUID>/<InstanceNumber>.dcm`; absent where no images were written. */
  readonly images?: { readonly studies: number; readonly files: number; readonly bytes: number };
}

export interface WriteOptions {
  /** Writes the CTs too. */
  readonly images?: boolean;
  /** Called after each study. */
  readonly onStudy?: (studies: number) => void;
}

/** An NDJSON file under another name until it is whole. */
class NdjsonFile {
  private readonly hash: Hash = createHash('sha256');
  private readonly handle: FileHandle;
  private readonly file: string;
  count = 0;

  private constructor(file: string, handle: FileHandle) {
    this.file = file;
    this.handle = handle;
  }

  static async create(file: string): Promise<NdjsonFile> {
    return new NdjsonFile(file, await open(`${file}.part`, 'w'));
  }

  async append(rows: readonly unknown[]): Promise<void> {
    if (rows.length === 0) return;
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    this.hash.update(text);
    this.count += rows.length;
    await this.handle.write(text);
  }

  async close(): Promise<string> {
    await this.handle.close();
    await rename(`${this.file}.part`, this.file);
    return this.hash.digest('hex');
  }

  async abandon(): Promise<void> {
    await this.handle.close();
    await rm(`${this.file}.part`, { force: true });
  }
}

const writeCharts = async (cohort: SimulatedCohort, directory: string): Promise<CohortManifest['output']> => {
  const files = new Map<string, NdjsonFile>();
  try {
    for (const type of RESOURCE_TYPES)
      files.set(type, await NdjsonFile.create(path.join(directory, `${type}.ndjson`)));
    for (const { resources } of cohort.charts)
      for (const [type, file] of files)
        await file.append(resources.filter(({ resourceType }) => resourceType === type));
  } catch (error) {
    await Promise.all(Array.from(files.values(), (file) => file.abandon()));
    throw error;
  }
  const output = [];
  for (const [type, file] of files)
    output.push({ type, url: `fhir/${type}.ndjson`, count: file.count, sha256: await file.close() });
  return output;
};

/** Study by study, file by file. */
async function writeImages(
  cohort: SimulatedCohort,
  directory: string,
  onStudy?: (studies: number) => void,
): Promise<NonNullable<CohortManifest['images']>> {
  let [studies, files, bytes] = [0, 0, 0];
  for (const study of cohort.ctStudies) {
    const made = new Set<string>();
    for (const file of study.files) {
      const folder = path.join(directory, study.studyInstanceUid, file.seriesInstanceUid);
      if (!made.has(folder)) await mkdir(folder, { recursive: true });
      made.add(folder);
      await writeFile(path.join(folder, `${String(file.instanceNumber)}.dcm`), file.bytes);
      files++;
      bytes += file.bytes.length;
    }
    studies++;
    onStudy?.(studies);
  }
  return { studies, files, bytes };
}

const TRUTH_BATCH = 500;

/**
 * Writes a cohort: `fhir/<Type>.ndjson` as a Bulk Data export lays them out, `manifest.json`, and apart from
 * them `oracle/truth.ndjson`, which nothing that trains or serves may read. Chart by chart, never the whole;
 * the manifest comes last, so that a folder with one is complete.
 *
 * @param directory made where it does not exist; files of an earlier cohort in it are replaced
 */
export async function writeCohort(
  cohort: SimulatedCohort,
  directory: string,
  { images = false, onStudy }: WriteOptions = {},
): Promise<CohortManifest> {
  const manifestFile = path.join(directory, 'manifest.json');
  await rm(manifestFile, { force: true });
  await rm(path.join(directory, 'dicom'), { recursive: true, force: true });
  await mkdir(path.join(directory, 'fhir'), { recursive: true });
  await mkdir(path.join(directory, 'oracle'), { recursive: true });
  const output = await writeCharts(cohort, path.join(directory, 'fhir'));
  const truth = await NdjsonFile.create(path.join(directory, 'oracle', 'truth.ndjson'));
  for (let start = 0; start < cohort.truth.length; start += TRUTH_BATCH)
    await truth.append(cohort.truth.slice(start, start + TRUTH_BATCH));
  await truth.close();
  const pictures = images ? await writeImages(cohort, path.join(directory, 'dicom'), onStudy) : undefined;
  const manifest: CohortManifest = {
    generator: { name: 'recurrence-cds simulate', version: GENERATOR_VERSION },
    simulated: true,
    seed: cohort.seed,
    patients: cohort.patients,
    eligible: cohort.truth.filter(({ eligible }) => eligible).length,
    dataCut: CALENDAR.dataCut,
    output,
    ...(pictures === undefined ? {} : { images: pictures }),
  };
  await writeFile(manifestFile, `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}
