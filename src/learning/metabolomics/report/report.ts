import type { Random } from '../../../numerics/index.ts';
import { htmlReport, type ReportSection } from '../../charts/index.ts';
import type { FittedMetabolomicScore } from '../model.ts';
import type { PanelTraining } from '../training.ts';
import { clusterSections, selectedHeatMapSection } from './clusters.ts';
import { diagnosticsSection } from './diagnostics.ts';
import { gatherFacts, type ReportFacts } from './facts.ts';
import { agreementSection, importanceSection, selectionSection, volcanoSection } from './features.ts';
import type { AnalyteNames } from './names.ts';
import { calibrationSection, distributionSection, riskSection } from './scores.ts';

/** A file of a report, to be written beside the model. */
export interface ReportFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

export interface ReportOptions {
  readonly random: Random;
  /** Names of analytes for readers; their slugs where not given. */
  readonly nameOf?: AnalyteNames;
  /** Of the consensus clusters: fewer are quicker, and see less. */
  readonly resamples?: number;
  readonly nullSets?: number;
}

const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const csv = ({ summary }: ReportFacts): string =>
  [
    'feature,name,rankBiserial,pValue,qValue,stability,selectedFolds,importance,importanceLeast,importanceGreatest',
    ...summary.map(
      ({ name, inWords, effect, pValue, qValue, stability, selectedFolds, importance }) =>
        `${name},${quoted(inWords)},${[effect, pValue, qValue, stability, selectedFolds, ...importance].join(',')}`,
    ),
    '',
  ].join('\n');

/** Sections by the name of their picture's file; those without a picture have none. */
const sectionsOf = async (
  facts: ReportFacts,
  { random, resamples = 50, nullSets = 39 }: ReportOptions,
): Promise<readonly (readonly [picture: string, section: ReportSection])[]> => {
  const [panel, byCluster] = await clusterSections(facts, { resamples, nullSets }, random.fork('clusters'));
  const named = (picture: string, sections: readonly (ReportSection | undefined)[]) =>
    sections.flatMap((section) => (section === undefined ? [] : [[picture, section] as const]));
  return [
    ...named('volcano', [await volcanoSection(facts)]),
    ...named('', [selectionSection(facts), agreementSection(facts)]),
    ...named('importance', [await importanceSection(facts)]),
    ...named('heat-map-selected', [await selectedHeatMapSection(facts)]),
    ...named('heat-map', [panel]),
    ...named('survival-by-cluster', [byCluster]),
    ...named('survival-by-risk', [await riskSection(facts)]),
    ...named('', distributionSection(facts)),
    ...named('calibration', [await calibrationSection(facts)]),
    ...named('', [diagnosticsSection(facts)]),
  ];
};

/**
 * The report on the training patients: report.html, its pictures as PNG, metabolites.csv. It has no ids, dates or
 * order of patients; a heat map has one unlabelled column a patient.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID, SURVIVAL_INPUT_INVALID, COX_NOT_CONVERGED
 */
export async function trainingReport(
  training: PanelTraining,
  fitted: FittedMetabolomicScore,
  options: ReportOptions,
): Promise<ReportFile[]> {
  const { nameOf = () => undefined, random } = options;
  const facts = gatherFacts(training, fitted, nameOf, random.fork('importance'));
  const sections = await sectionsOf(facts, options);
  const title = 'Metabolomic recurrence model: training';
  return [
    { name: 'report.html', content: htmlReport({ title, sections: sections.map(([, section]) => section) }) },
    { name: 'metabolites.csv', content: csv(facts) },
    ...sections.flatMap(([name, { picture }]) =>
      picture === undefined ? [] : [{ name: `${name}.png`, content: picture.png }],
    ),
  ];
}
