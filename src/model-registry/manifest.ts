import { z } from 'zod';
import { CdsError, CT_ROLES, HORIZON_MONTHS, MODALITY_IDS } from '../domain/index.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const VERSION = /^\d+\.\d+\.\d+$/;
const version = z.string().regex(VERSION);
const modality = z.enum(MODALITY_IDS);

const inOrder = (ids: readonly (typeof MODALITY_IDS)[number][]): boolean =>
  ids.every((id, at) => at === 0 || MODALITY_IDS.indexOf(id) > MODALITY_IDS.indexOf(ids[at - 1] ?? id));

const distinct = <T>(items: readonly T[], nameOf: (item: T) => string): boolean =>
  new Set(items.map(nameOf)).size === items.length;

const common = {
  id: z.string().regex(/^[a-z0-9-]+$/),
  version,
  trainingCohort: z.strictObject({
    kind: z.enum(['simulated', 'real']),
    description: z.string().min(1),
    patients: z.number().int().positive(),
    events: z.number().int().positive(),
  }),
  /** Of folds.json, the patient-level folds that all models of a run share. */
  foldsSha256: sha256.optional(),
  intendedUse: z.string().min(1),
  /** True where the file holds data of single patients (support vectors, rank references). */
  containsPatientLevelData: z.boolean(),
};

/** The ONNX file beside the manifest, and its digest: a file that differs is never loaded. */
const oneFile = { file: z.literal('model.onnx'), sha256 };

/** A modality's recurrence score: features in, a standardised score out (higher: earlier recurrence). */
const modalityScoreSchema = z.strictObject({
  ...common,
  ...oneFile,
  kind: z.literal('modality-score'),
  modality,
  /** The preprocessing whose features it takes; must be the modality's own. */
  preprocessing: z.string().min(1),
  /** In the order of the input tensor. */
  features: z
    .array(z.strictObject({ name: z.string().min(1), unit: z.string() }))
    .min(1)
    .refine((all) => distinct(all, ({ name }) => name), { error: 'a feature repeats' }),
  /** How it was fitted, for readers. */
  method: z.string().min(1).optional(),
  /** Per fold, where a model selects: what it learned from, and the share of half-samples that chose it. */
  selectedFeatures: z
    .array(
      z.strictObject({
        features: z.array(z.strictObject({ name: z.string().min(1), stability: z.number().min(0).max(1) })),
      }),
    )
    .optional(),
});

const positive = z.number().positive();

/**
 * A modality's recurrence score that is read from images: tensors in, the mean of its folds' scores out. What serving
 * needs to make the tensor is here; the network is for readers.
 */
const imageScoreSchema = z.strictObject({
  ...common,
  kind: z.literal('image-score'),
  modality,
  /** Of the digests of the folds, in their order, a line each: what a risk layer names. */
  sha256,
  /** One ONNX file a fold, beside the manifest; scores and activation maps are averaged over them. */
  folds: z
    .array(z.strictObject({ file: z.string().regex(/^fold-\d\.onnx$/), sha256 }))
    .min(1)
    .max(10)
    .refine((all) => distinct(all, ({ file }) => file), { error: 'a file repeats' }),
  preprocessing: z.string().min(1),
  /** Names of the input tensors: the two time points. */
  inputs: z.array(z.enum(CT_ROLES)).min(1),
  /** How an image becomes a tensor: cubes of `sizeVoxels`, isotropic, HU of the window to 0..1, a margin round the lungs. */
  tensor: z.strictObject({
    sizeVoxels: z.number().int().min(8).max(512),
    spacingMm: positive,
    windowHu: z
      .tuple([z.number(), z.number()])
      .refine(([low, high]) => low < high, { error: 'not ascending' }),
    marginMm: z.number().nonnegative(),
  }),
  network: z
    .strictObject({
      depth: z.union([z.literal(10), z.literal(18)]),
      width: z.number().int().positive(),
      strides: z.array(z.union([z.literal(1), z.literal(2)])).length(4),
      stemPool: z.boolean(),
      groups: z.number().int().positive(),
    })
    .optional(),
  method: z.string().min(1).optional(),
});

/** The risk layer: modality scores and the landmark in, conditional risks at the horizons out. */
const riskLayerSchema = z.strictObject({
  ...common,
  ...oneFile,
  kind: z.literal('risk-layer'),
  /** In the order of the input tensor; each with the model whose scores it was fitted on. */
  modalities: z
    .array(z.strictObject({ modality, model: z.string().min(1), version, sha256 }))
    .min(1)
    .refine((all) => inOrder(all.map((each) => each.modality)), {
      error: `each modality once, in the order ${MODALITY_IDS.join(', ')}`,
    }),
  horizonMonths: z.tuple(
    HORIZON_MONTHS.map((months) => z.literal(months)) as [
      z.ZodLiteral<6>,
      z.ZodLiteral<12>,
      z.ZodLiteral<24>,
    ],
  ),
  /** 12-month risk: below the first low, from the second on high. */
  strataThresholds: z
    .tuple([z.number().gt(0).lt(1), z.number().gt(0).lt(1)])
    .refine(([low, high]) => low < high, { error: 'not ascending' }),
  /** Months since surgery at which a prediction may be made. */
  landmarkMonths: z
    .strictObject({ from: z.number().nonnegative(), to: z.number().positive() })
    .refine(({ from, to }) => from < to, { error: 'not ascending' }),
  interval: z.strictObject({ level: z.number().gt(0).lt(1), replicates: z.number().int().positive() }),
  minimumAtRisk: z.number().int().positive(),
  /** Per subset ("cfdna", "metabolomics+cfdna"): training patients at risk at each whole month since surgery. */
  subsets: z.record(z.string(), z.strictObject({ atRisk: z.array(z.number().int().nonnegative()).min(1) })),
});

export const manifestSchema = z.discriminatedUnion('kind', [
  modalityScoreSchema,
  imageScoreSchema,
  riskLayerSchema,
]);

export type ModelManifest = z.infer<typeof manifestSchema>;
export type ModalityScoreManifest = z.infer<typeof modalityScoreSchema>;
export type ImageScoreManifest = z.infer<typeof imageScoreSchema>;
/** Either way to a modality's score. */
export type ScoreManifest = ModalityScoreManifest | ImageScoreManifest;
/** The features a score takes, in the order of its input; an image model takes none. */
export const featureNamesOf = (manifest: ScoreManifest | undefined): readonly string[] =>
  manifest?.kind === 'modality-score' ? manifest.features.map(({ name }) => name) : [];

export type RiskLayerManifest = z.infer<typeof riskLayerSchema>;

/** @throws {CdsError} MODEL_MANIFEST_INVALID naming the field */
export function parseManifest(raw: unknown, where: string): ModelManifest {
  const result = manifestSchema.safeParse(raw);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new CdsError(
    'MODEL_MANIFEST_INVALID',
    `${where}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}
