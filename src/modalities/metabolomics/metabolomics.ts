import type { ModalityFlag } from '../../domain/index.ts';
import { censoringFlags, createBloodModality, type ModalityFactory } from '../common/index.ts';
import { readPanels, type Panel } from './panel.ts';

/** The share of the analytes that must have been measured; below detection counts as measured. */
const MIN_MEASURED = 0.8;

const log2 = (panel: Panel | undefined, analyte: string): number =>
  Math.log2(panel?.amounts.get(analyte)?.value ?? Number.NaN);

/**
 * Plasma metabolomics: per analyte the latest concentration (`log2:<analyte>`, log2 of umol/L) and its change
 * since the baseline (`change:<analyte>`, log2 ratio; positive: it rose).
 */
export const createMetabolomics: ModalityFactory = (dependencies) => {
  const analytes = dependencies.terminology.codes('analyte');
  const measured = (panel: Panel): number => analytes.filter((analyte) => panel.amounts.has(analyte)).length;
  return createBloodModality<Panel>({
    id: 'metabolomics',
    queries: ['metabolomics'],
    preprocessing: 'metabolomics/2',
    featureNames: [
      ...analytes.map((analyte) => `log2:${analyte}`),
      ...analytes.map((analyte) => `change:${analyte}`),
    ],
    draws: (chart, rules) => readPanels(chart, rules, dependencies),
    incomplete: (panel) =>
      measured(panel) < MIN_MEASURED * analytes.length
        ? { reason: 'incomplete-panel', detail: `${String(measured(panel))}/${String(analytes.length)}` }
        : undefined,
    flags: (latest, baseline): ModalityFlag[] => [
      ...([latest, baseline ?? latest].some((panel) => measured(panel) < analytes.length)
        ? (['imputed'] as const)
        : []),
      ...censoringFlags(latest.amounts),
    ],
    features: (latest, baseline) => {
      const features: Record<string, number> = {};
      for (const analyte of analytes) {
        features[`log2:${analyte}`] = log2(latest, analyte);
        features[`change:${analyte}`] = log2(latest, analyte) - log2(baseline, analyte);
      }
      return features;
    },
  });
};
