import type { Narrative } from 'fhir/r4.js';
import type { Assessment, HorizonRisk, ModalityOutcome, RiskEstimate } from '../../domain/index.ts';

/** A share of 0..1 as a percentage: .274 is `27.4 %`. */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

export const SIMULATED =
  'SIMULATED: the model was trained on simulated patients. Test data, not for clinical use.';

const NOT_ESTIMABLE: Readonly<Record<Extract<RiskEstimate, { status: 'not-estimable' }>['reason'], string>> =
  {
    'no-modality': 'none of the data that the model needs is usable',
    'too-early': 'it is too early after the operation for this model',
    'too-late': 'it is too late after the operation for this model',
  };

export type Estimated = Extract<HorizonRisk, { status: 'estimated' }>;

export const estimatedHorizons = ({ risk }: Assessment): readonly Estimated[] =>
  risk.status === 'estimated' ? risk.horizons.filter((each) => each.status === 'estimated') : [];

/** `17.3 % within 12 months (90 % interval 11.0 % to 24.0 %)`. */
export const horizonText = ({ risk, lower, upper, horizonMonths }: Estimated): string =>
  `${percent(risk)} within ${horizonMonths} months (90 % interval ${percent(lower)} to ${percent(upper)})`;

/** One sentence for each number that is not given, and why. */
const missingTexts = ({ risk }: Assessment): string[] =>
  risk.status === 'not-estimable'
    ? [`No risk is given: ${NOT_ESTIMABLE[risk.reason]}.`]
    : risk.horizons
        .filter((each) => each.status === 'not-estimable')
        .map(
          ({ horizonMonths }) =>
            `No risk is given for ${horizonMonths} months: too few training patients were at risk.`,
        );

/** Notes are markdown, and what a reason is about may come from the chart: words and numbers only. */
const plain = (written: string): string => written.replace(/[^\p{L}\p{N} .,:%()/+-]/gu, ' ');

const modalityText = (outcome: ModalityOutcome): string => {
  if (outcome.status !== 'present') {
    const detail = outcome.detail === undefined ? '' : `: ${plain(outcome.detail)}`;
    return `${outcome.modality} ${outcome.status} (${outcome.reason}${detail})`;
  }
  const flags = outcome.flags.length === 0 ? '' : ` (${outcome.flags.join(', ')})`;
  return `${outcome.modality} of ${outcome.collectedOn}${flags}`;
};

/** What a reader must know beside the numbers, most important first. */
export const noteTexts = (assessment: Assessment): string[] => [
  ...(assessment.model.simulated ? [SIMULATED] : []),
  ...missingTexts(assessment),
  `Data: ${assessment.modalities.map(modalityText).join('; ')}.`,
];

/** That evidence is named in words only, as its server has it no more. */
export const vanishedTexts = (count: number): string[] =>
  count === 0
    ? []
    : [`No longer on this server, and named in words: ${count} of the resources that the result rests on.`];

/** All numbers in words, and the group. */
export const riskTexts = (assessment: Assessment): string[] => {
  const { risk } = assessment;
  const numbers = estimatedHorizons(assessment).map(horizonText);
  return [
    ...(numbers.length === 0 ? [] : [`Risk of recurrence or death: ${numbers.join('; ')}.`]),
    ...(risk.status === 'estimated' && risk.stratum !== undefined
      ? [`Group by 12-month risk: ${risk.stratum}.`]
      : []),
  ];
};

export const modelText = ({ model, landmarkDate }: Assessment): string =>
  `As of ${landmarkDate}, by model ${model.id} ${model.version}.`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (found) => ENTITIES[found] ?? '');

/** Paragraphs of plain text as a generated narrative; the text may say anything, the XHTML is ours. */
export const narrative = (paragraphs: readonly string[]): Narrative => ({
  status: 'generated',
  div: `<div xmlns="http://www.w3.org/1999/xhtml">${paragraphs.map((each) => `<p>${escape(each)}</p>`).join('')}</div>`,
});
