import { DEFAULT_MODALITY_SETTINGS, type ModalityFlag } from '../../domain/index.ts';
import { CFDNA_MARKERS, type CfdnaMarker } from '../../terminology/index.ts';
import {
  censoringFlags,
  createBloodModality,
  type BloodModality,
  preprocessingVersion,
  type ModalityFactory,
} from '../common/index.ts';
import { readMarkerDraws, type MarkerDraw } from './markers.ts';

/** Both come from the whole-genome sequencing: without them there is no cfDNA result; methylation is imputed. */
const NEEDED: readonly CfdnaMarker[] = ['tumour-fraction', 'fragment-score'];

/** Below the detection floor of low-pass sequencing a share carries no further information. */
const SHARE_FLOOR = 1e-4;

const logit = (share: number): number => {
  const clipped = Math.min(1 - SHARE_FLOOR, Math.max(SHARE_FLOOR, share));
  return Math.log(clipped / (1 - clipped));
};

interface Feature {
  readonly name: string;
  readonly stem: string;
  readonly marker: CfdnaMarker;
  readonly transform: (value: number) => number;
}

const FEATURES: readonly Feature[] = [
  { name: 'logit:tumourFraction', stem: 'tumourFraction', marker: 'tumour-fraction', transform: logit },
  { name: 'log:fragmentRatio', stem: 'fragmentRatio', marker: 'fragment-score', transform: Math.log },
  { name: 'logit:methylation', stem: 'methylation', marker: 'methylation-score', transform: logit },
];

const valueOf = (draw: MarkerDraw | undefined, { marker, transform }: Feature): number => {
  const value = draw?.amounts.get(marker)?.value;
  return value === undefined ? Number.NaN : transform(value);
};

/**
 * cfDNA as the genomic report gives it: tumour fraction and methylation share as logits, the short/long fragment
 * ratio as its logarithm, each with its change since the baseline (positive: it rose). All rise with tumour.
 */
export const createCfdna: ModalityFactory = (dependencies) => {
  const { settings = DEFAULT_MODALITY_SETTINGS } = dependencies;
  const blood: BloodModality<MarkerDraw> = {
    id: 'cfdna',
    queries: ['cfdna', 'genomicReports'],
    preprocessing: preprocessingVersion('cfdna/3', settings, ({ draws }) => draws),
    readsEveryDraw: false,
    featureNames: [...FEATURES.map(({ name }) => name), ...FEATURES.map(({ stem }) => `change:${stem}`)],
    draws: (chart) => readMarkerDraws(chart, settings.draws, dependencies),
    incomplete: (draw) => {
      const missing = NEEDED.find((marker) => !draw.amounts.has(marker));
      return missing === undefined ? undefined : { reason: 'incomplete-panel', detail: missing };
    },
    flags: (latest, baseline): ModalityFlag[] => [
      ...(CFDNA_MARKERS.every(
        (marker) => latest.amounts.has(marker) && baseline?.amounts.has(marker) !== false,
      )
        ? []
        : (['imputed'] as const)),
      ...censoringFlags(latest.amounts),
    ],
    features: ({ latest, baseline }) => {
      const features: Record<string, number> = {};
      for (const feature of FEATURES) {
        const value = valueOf(latest, feature);
        features[feature.name] = value;
        features[`change:${feature.stem}`] = value - valueOf(baseline, feature);
      }
      return features;
    },
  };
  return createBloodModality(blood, settings.draws);
};
