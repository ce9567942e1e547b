import type { ImageScoreManifest, ModelManifest } from '../../model-registry/index.ts';
import type { ConcordanceEstimate, HeldOutEvaluation } from './evaluate.ts';

const c = ({ c: value, lower, upper, patients }: ConcordanceEstimate): string =>
  `${value.toFixed(3)} (95 % interval ${lower.toFixed(3)} to ${upper.toFixed(3)}, ${String(patients)} patients)`;

const evaluationText = (evaluation: HeldOutEvaluation | undefined): string => {
  if (evaluation === undefined)
    return 'Not evaluated: the held-out patients have fewer than two events within the horizon.';
  const { fused, byModality, oracle, uncensored, meanTrueRisk } = evaluation;
  return [
    `On ${String(evaluation.patients)} held-out patients (the last third by date of surgery), landmark ` +
      `${String(evaluation.landmarkMonths)} months, ${String(evaluation.events)} events within the next ` +
      `${String(evaluation.horizonMonths)} months; Harrell's C on ` +
      (uncensored ? "the simulator's uncensored times:" : 'observed, censored times:'),
    '',
    `- fused risk: ${c(fused)}`,
    ...Object.entries(byModality).map(([modality, estimate]) => `- ${modality} score alone: ${c(estimate)}`),
    ...(oracle === undefined ? [] : [`- the true risk (oracle; nothing could do better): ${c(oracle)}`]),
    `- calibration slope ${evaluation.calibrationSlope.toFixed(2)} (1 is right; below 1 the risks are too extreme)`,
    `- mean predicted risk ${evaluation.meanPredictedRisk.toFixed(3)}` +
      (meanTrueRisk === undefined ? '' : `, mean true risk ${meanTrueRisk.toFixed(3)}`),
    '',
    'With so few patients the intervals are wide: they say what this validation can tell, and no more.',
  ].join('\n');
};

const imagesText = ({ inputs, tensor, folds }: ImageScoreManifest): string =>
  `The chest CTs ${inputs.join(' and ')}, each a cube of ${String(tensor.sizeVoxels)}^3 voxels of ` +
  `${String(tensor.spacingMm)} mm round the lungs, ${tensor.windowHu.join(' to ')} HU as 0 to 1. The score is the ` +
  `mean of ${String(folds.length)} networks, standardised; higher means earlier recurrence. The activation map of ` +
  'each CT adds up to its part of the score.';

const inputsText = (manifest: ModelManifest): string => {
  if (manifest.kind === 'image-score') return imagesText(manifest);
  return manifest.kind === 'modality-score'
    ? `${String(manifest.features.length)} features of preprocessing \`${manifest.preprocessing}\`; a missing one takes ` +
        'the training median. The score is standardised; higher means earlier recurrence.'
    : `The scores of ${manifest.modalities.map(({ modality, model, version }) => `${modality} (\`${model}\` ${version})`).join(', ')} ` +
        'and the months since surgery; one layer a subset of them. Out come the risks of recurrence or death within ' +
        `${manifest.horizonMonths.join(', ')} months, given that the patient is alive and recurrence-free at the ` +
        `landmark, with ${String(manifest.interval.level * 100)} % intervals of ${String(manifest.interval.replicates)} patient bootstraps.`;
};

const methodText = (manifest: ModelManifest): string =>
  manifest.kind !== 'risk-layer'
    ? (manifest.method ?? '')
    : 'Cox on the cross-fitted modality scores, the landmark s and s squared, delayed entry, censored 24 months after ' +
      "the landmark; Breslow's baseline on the surgery clock. The intervals resample patients of this layer; that the " +
      'modality scores themselves were estimated is not in them.';

const digestText = (manifest: ModelManifest): string =>
  manifest.kind === 'image-score'
    ? `SHA-256 over the digests of its ${String(manifest.folds.length)} files: \`${manifest.sha256}\``
    : `SHA-256 of \`${manifest.file}\`: \`${manifest.sha256}\``;

/** The card beside a model: what it is for, what it was fitted on, how well it does, and what it is not for. */
export const modelCard = (
  manifest: ModelManifest,
  evaluation: HeldOutEvaluation | undefined,
  warnings: readonly string[],
): string => {
  const { trainingCohort: cohort } = manifest;
  return [
    `# ${manifest.id} ${manifest.version}`,
    ...(cohort.kind === 'simulated'
      ? [
          '**Trained on simulated patients. Not for clinical use.** It shows that the service works, nothing about any disease.',
        ]
      : []),
    ...(warnings.length === 0
      ? []
      : ['## Do not use before these are explained', warnings.map((each) => `- ${each}`).join('\n')]),
    '## Intended use',
    manifest.intendedUse,
    '## Input and output',
    inputsText(manifest),
    '## Training',
    `${cohort.description} ${String(cohort.patients)} patients, ${String(cohort.events)} with an event (recurrence or ` +
      `death from any cause). ${methodText(manifest)}`,
    '## Evaluation',
    evaluationText(evaluation),
    '## Limits',
    'Not for second primaries, other histologies, stages outside IB-IIIA, or patients without neoadjuvant ' +
      'chemo-immunotherapy. CT is not among its inputs.',
    digestText(manifest),
    '',
  ].join('\n\n');
};
