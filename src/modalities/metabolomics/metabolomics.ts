import {
  CdsError,
  DEFAULT_MODALITY_SETTINGS,
  type ModalityFlag,
  type ModalitySettings,
} from '../../domain/index.ts';
import {
  censoringFlags,
  createBloodModality,
  preprocessingVersion,
  type ModalityFactory,
} from '../common/index.ts';
import { panelFeatureNames, panelFeatures } from './features.ts';
import { readPanels, type Panel } from './panel.ts';

/** Shares of whole numbers: 48 of 60 are 0.8, whatever rounding makes of it. */
const TOLERANCE = 1e-9;

const requireKnown = (analytes: readonly string[], { metabolomics }: ModalitySettings): void => {
  const unknown = metabolomics.haemolysisSensitive.find((analyte) => !analytes.includes(analyte));
  if (unknown !== undefined)
    throw new CdsError(
      'CONFIG_INVALID',
      `modalities.metabolomics.haemolysisSensitive: CodeSystem analyte has no ${JSON.stringify(unknown)}`,
    );
};

/** What changes features of the same evidence: the order of a list of analytes does not. */
const whatMatters = ({ draws, metabolomics }: ModalitySettings) => ({
  draws,
  metabolomics: {
    ...metabolomics,
    haemolysisSensitive: [...new Set(metabolomics.haemolysisSensitive)].sort(),
  },
});

/**
 * Plasma metabolomics: per analyte the latest concentration, its change since the baseline, its trend since surgery, and
 * the limits of detection that values lie below ({@link panelFeatures}).
 *
 * @throws {CdsError} CONFIG_INVALID where the settings name an analyte that there is not
 */
export const createMetabolomics: ModalityFactory = (dependencies) => {
  const { settings = DEFAULT_MODALITY_SETTINGS } = dependencies;
  const analytes = dependencies.terminology.codes('analyte');
  requireKnown(analytes, settings);
  const measured = (panel: Panel): number => analytes.filter((analyte) => panel.amounts.has(analyte)).length;
  const needed = settings.metabolomics.minimumMeasuredShare * analytes.length - TOLERANCE;
  const isAnalyte = new Set(analytes);
  return createBloodModality<Panel>(
    {
      id: 'metabolomics',
      queries: ['metabolomics', 'genomicReports'],
      preprocessing: preprocessingVersion('metabolomics/3', settings, whatMatters),
      featureNames: panelFeatureNames(analytes),
      readsEveryDraw: true,
      draws: (chart) => readPanels(chart, { ...dependencies, settings }),
      incomplete: (panel) =>
        measured(panel) < needed
          ? (panel.membersFault ?? {
              reason: 'incomplete-panel',
              detail: `${String(measured(panel))}/${String(analytes.length)}`,
            })
          : undefined,
      flags: (latest, baseline): ModalityFlag[] => {
        const panels = [latest, baseline ?? latest];
        const told: [ModalityFlag, boolean][] = [
          ['imputed', panels.some((panel) => measured(panel) < analytes.length)],
          ...censoringFlags(latest.amounts).map((flag): [ModalityFlag, boolean] => [flag, true]),
          ['qc-failed', panels.some(({ failedQc }) => [...failedQc].some((each) => isAnalyte.has(each)))],
          ['haemolysed', panels.some(({ haemolysed }) => haemolysed)],
          ['not-fasting', panels.some(({ notFasting }) => notFasting)],
        ];
        return told.flatMap(([flag, applies]) => (applies ? [flag] : []));
      },
      features: (draws) => panelFeatures(analytes, draws),
    },
    settings.draws,
  );
};
