import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Chart } from '../../chart/index.ts';
import type { FeatureVector, FloatTensor, Landmark, Selection } from '../../domain/index.ts';
import type { Extracted, ImageSource, Modality } from '../../modalities/index.ts';

/** Where a cohort's images are, and where what is read of them is kept. */
export interface CohortImages {
  readonly source: ImageSource;
  /**
   * Changes whenever the images of these studies do.
   *
   * @param studies StudyInstanceUIDs
   */
  readonly version: (studies: readonly string[]) => Promise<string>;
  /** It holds patient data. */
  readonly cacheDirectory: string;
}

/** Extraction as training does it: by the code that serves, images once a patient and not once a landmark. */
export interface Extractor {
  /**
   * @param selection what the modality chose of the chart at the landmark
   * @throws {CdsError} as the modality's extraction does
   */
  extract(
    modality: Modality,
    chart: Chart,
    landmark: Landmark,
    selection: Selection & { readonly status: 'present' },
  ): Promise<Extracted>;
  /** The same without tensors, which are large; kept in memory for further landmarks. */
  features: Extractor['extract'];
}

interface Kept {
  readonly features: Readonly<Record<string, number | null>>;
  readonly tensors: Readonly<Record<string, readonly number[]>>;
  readonly rest: Omit<Extracted, 'features' | 'tensors'>;
}

const withNaN = (features: Kept['features']): FeatureVector =>
  Object.fromEntries(Object.entries(features).map(([name, value]) => [name, value ?? Number.NaN]));

const readTensor = async (file: string, dims: readonly number[]): Promise<FloatTensor> => {
  const bytes = await readFile(file);
  const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
  new Uint8Array(data.buffer).set(bytes.subarray(0, data.byteLength));
  return { data, dims };
};

/** Written beside, then renamed: what is there is whole. */
const writeWhole = async (file: string, content: string | Uint8Array): Promise<void> => {
  const part = `${file}.${String(process.pid)}.part`;
  await writeFile(part, content);
  await rename(part, file);
};

const keep = async (base: string, { features, tensors = {}, ...rest }: Extracted): Promise<void> => {
  for (const [name, { data }] of Object.entries(tensors))
    await writeWhole(`${base}.${name}.f32`, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const kept: Kept = {
    features: Object.fromEntries(
      Object.entries(features).map(([name, value]) => [name, Number.isNaN(value) ? null : value]),
    ),
    tensors: Object.fromEntries(Object.entries(tensors).map(([name, { dims }]) => [name, dims])),
    rest,
  };
  // Last: with it, all is there.
  await writeWhole(`${base}.json`, JSON.stringify(kept));
};

const readKept = async (base: string): Promise<Kept | undefined> => {
  try {
    return JSON.parse(await readFile(`${base}.json`, 'utf8')) as Kept;
  } catch {
    return undefined;
  }
};

const featuresOnly = ({ features, rest }: Kept): Extracted => ({ ...rest, features: withNaN(features) });

const withTensors = async (base: string, kept: Kept): Promise<Extracted | undefined> => {
  try {
    const tensors = await Promise.all(
      Object.entries(kept.tensors).map(
        async ([name, dims]) => [name, await readTensor(`${base}.${name}.f32`, dims)] as const,
      ),
    );
    return { ...featuresOnly(kept), tensors: Object.fromEntries(tensors) };
  } catch {
    await rm(`${base}.json`, { force: true });
    return undefined;
  }
};

/** Studies of the chart that the evidence names. */
const studiesOf = (
  chart: Chart,
  { evidence }: { readonly evidence: readonly { readonly reference: string }[] },
) =>
  chart.imaging.flatMap(({ source, studyInstanceUid }) =>
    studyInstanceUid !== undefined && evidence.some(({ reference }) => reference === source.reference)
      ? [studyInstanceUid]
      : [],
  );

const NEVER = AbortSignal.any([]);

/** Extracts features of charts; those of images by way of a folder, so that a run that was stopped goes on. */
export function createExtractor(images?: CohortImages): Extractor {
  const memory = new Map<string, Extracted>();
  const context = { signal: NEVER, ...(images !== undefined && { images: images.source }) };

  const baseOf = async (
    { version, cacheDirectory }: CohortImages,
    ...[modality, chart, , selection]: Parameters<Extractor['extract']>
  ): Promise<string> => {
    const { id, preprocessing } = modality;
    const { evidence } = selection;
    const content = await version(studiesOf(chart, selection));
    const name = createHash('sha256')
      .update(
        JSON.stringify([id, preprocessing, evidence.map((ref) => [ref.reference, ref.version]), content]),
      )
      .digest('hex');
    return path.join(cacheDirectory, name);
  };
  const fresh = async (base: string, ...given: Parameters<Extractor['extract']>): Promise<Extracted> => {
    const [modality, chart, landmark] = given;
    const extracted = await modality.extract(chart, landmark, context);
    await mkdir(path.dirname(base), { recursive: true, mode: 0o700 });
    await keep(base, extracted);
    return extracted;
  };
  const plain = (...[modality, chart, landmark]: Parameters<Extractor['extract']>): Promise<Extracted> =>
    modality.extract(chart, landmark, context);

  return {
    extract: async (...given) => {
      if (images === undefined || given[0].needsImages !== true) return plain(...given);
      const base = await baseOf(images, ...given);
      const kept = await readKept(base);
      return (kept === undefined ? undefined : await withTensors(base, kept)) ?? fresh(base, ...given);
    },
    features: async (...given) => {
      if (images === undefined || given[0].needsImages !== true) return plain(...given);
      const base = await baseOf(images, ...given);
      const known = memory.get(base);
      if (known !== undefined) return known;
      const kept = await readKept(base);
      const { tensors: _, ...extracted } =
        kept === undefined ? await fresh(base, ...given) : featuresOnly(kept);
      memory.set(base, extracted);
      return extracted;
    },
  };
}
