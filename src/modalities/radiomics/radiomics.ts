import type { Chart } from '../../chart/index.ts';
import {
  CdsError,
  DEFAULT_MODALITY_SETTINGS,
  type CtRole,
  type CtSource,
  type FeatureVector,
  type Landmark,
  type ModalityFlag,
  type Selection,
} from '../../domain/index.ts';
import {
  preprocessingVersion,
  type ExtractContext,
  type Extracted,
  type ImageSource,
  type Modality,
  type ModalityFactory,
} from '../common/index.ts';
import { chooseSeries, chooseStudies, type DatedStudy } from './choose/index.ts';
import { IMAGE_FEATURE_NAMES } from './features/names.ts';
import { createCtReader, type CtReader } from './prepare/ct-reader.ts';
import type { PreparedCt } from './prepare/prepare-ct.ts';

/** CTs that are read at a time by this process: each takes some hundred megabytes while it is read. */
const THREADS = 2;

const FEATURE_NAMES: readonly string[] = [
  ...IMAGE_FEATURE_NAMES.map((name) => `baseline:${name}`),
  ...IMAGE_FEATURE_NAMES.map((name) => `postoperative:${name}`),
  ...IMAGE_FEATURE_NAMES.map((name) => `change:${name}`),
];

/** Of both CTs and the change between them (postoperative less baseline). */
const featuresOf = (baseline: FeatureVector, postoperative: FeatureVector): FeatureVector =>
  Object.fromEntries(
    IMAGE_FEATURE_NAMES.flatMap((name) => {
      const before = baseline[name] ?? Number.NaN;
      const after = postoperative[name] ?? Number.NaN;
      return [
        [`baseline:${name}`, before],
        [`postoperative:${name}`, after],
        [`change:${name}`, after - before],
      ] as const;
    }),
  );

const flagsOf = (cts: readonly PreparedCt[]): ModalityFlag[] => [
  ...(cts.some(({ geometry }) => geometry.corrections.length > 0) ? (['ct-corrected'] as const) : []),
  ...(cts.some(({ tensor }) => tensor.cropped) ? (['lungs-cropped'] as const) : []),
];

/** PatientIDs that images may bear; undefined where the site says that its archive has others. */
const patientIdsOf = ({ patient }: Chart, images: ImageSource): readonly string[] | undefined =>
  images.patientIdentity === 'study-uid' ? undefined : [patient.id, ...(patient.identifiers ?? [])];

interface Read {
  readonly ct: PreparedCt;
  readonly source: CtSource;
}

/**
 * CT: the preoperative and the first postoperative chest CT, from the site's archive to tensors and outcome-free image
 * features. Which studies is decided by the chart alone, cheaply; which of their series, when they are fetched.
 */
export const createRadiomics: ModalityFactory = ({
  terminology,
  settings = DEFAULT_MODALITY_SETTINGS,
}): Modality => {
  const { imaging } = settings;
  const reader: CtReader = createCtReader(THREADS);
  const choose = (chart: Chart, landmark: Landmark) => chooseStudies(chart, landmark, imaging, terminology);

  const read = async (
    chart: Chart,
    study: DatedStudy,
    role: CtRole,
    { images, signal }: Required<ExtractContext>,
  ): Promise<Read> => {
    const { series, chosenFor, leftOut } = await chooseSeries(images, study, imaging, signal);
    const { studyInstanceUid, endpoints, startedOn } = study;
    const { seriesInstanceUid } = series;
    await using fetched = await images.fetch({ studyInstanceUid, endpoints }, series, signal);
    const patientIds = patientIdsOf(chart, images);
    const ct = await reader.prepare(
      fetched.files,
      {
        tensor: imaging.tensor,
        allow: [],
        expected: { studyInstanceUid, seriesInstanceUid, ...(patientIds !== undefined && { patientIds }) },
      },
      signal,
    );
    return {
      ct,
      source: {
        ...{ role, studyInstanceUid, seriesInstanceUid, startedOn, chosenFor, leftOut },
        slices: ct.geometry.slices,
        sliceSpacingMm: ct.geometry.spacingMm[2],
      },
    };
  };

  const select = (chart: Chart, landmark: Landmark): Selection => {
    const choice = choose(chart, landmark);
    if (choice.status === 'absent') return choice;
    const { baseline, postoperative } = choice;
    return {
      status: 'present',
      collectedOn: postoperative.startedOn,
      baselineCollectedOn: baseline.startedOn,
      flags: [],
      evidence: [baseline.source, postoperative.source],
    };
  };

  const extract = async (chart: Chart, landmark: Landmark, context: ExtractContext): Promise<Extracted> => {
    const choice = choose(chart, landmark);
    if (choice.status === 'absent') throw new CdsError('INTERNAL', 'nothing to extract');
    const { images, signal } = context;
    if (images === undefined) throw new CdsError('PACS_NOT_FOUND', 'there is no image archive');
    // One after the other: two CTs at once would take twice the memory.
    const baseline = await read(chart, choice.baseline, 'baseline', { images, signal });
    const postoperative = await read(chart, choice.postoperative, 'postoperative', { images, signal });
    const cts = [baseline.ct, postoperative.ct];
    const n = imaging.tensor.sizeVoxels;
    const tensorOf = ({ tensor }: PreparedCt) => ({ data: tensor.data, dims: [1, 1, n, n, n] });
    return {
      features: featuresOf(baseline.ct.features, postoperative.ct.features),
      tensors: { baseline: tensorOf(baseline.ct), postoperative: tensorOf(postoperative.ct) },
      images: [baseline.source, postoperative.source],
      flags: flagsOf(cts),
    };
  };

  return {
    id: 'radiomics',
    queries: ['imaging'],
    needsImages: true,
    tensor: imaging.tensor,
    preprocessing: preprocessingVersion('radiomics/1', settings, (all) => all.imaging),
    featureNames: FEATURE_NAMES,
    select,
    extract,
  };
};
