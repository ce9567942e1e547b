/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../../domain/index.ts';
import { quantile } from '../../../numerics/index.ts';
import {
  breslowBaseline,
  calibrationGroups,
  concordanceIndex,
  fitCox,
  linearPredictor,
  selectRows,
} from '../../../survival/index.ts';
import { calibrationPlot, type ReportSection } from '../../charts/index.ts';
import { type AtLandmark, meanOf, type ReportFacts, survivalByGroup } from './facts.ts';

const RISK_GROUPS = ['lowest third', 'middle third', 'highest third'];
/** Blue, amber, vermilion of Okabe and Ito: the higher, the warmer. */
const RISK_COLOURS = ['#0072b2', '#e69f00', '#d55e00'];
const FIFTHS = 5;

const CROSS_FITTED =
  "Rests on cross-fitted scores: each patient's comes from the fold model that was fitted without them. Performance is " +
  'claimed only on patients outside of training: see evaluation.json.';

export const riskSection = async ({ atLandmark, training }: ReportFacts): Promise<ReportSection> => {
  const { data, score } = atLandmark;
  const cuts = [1 / 3, 2 / 3].map((share) => quantile(score, share));
  const labels = Array.from(score, (value) => cuts.filter((cut) => value > cut).length);
  return {
    heading: 'Recurrence by risk group',
    text: `Thirds of the score; Kaplan-Meier from the landmark that most patients have.\n\n${CROSS_FITTED}`,
    picture: await survivalByGroup(data, labels, {
      names: RISK_GROUPS,
      colours: RISK_COLOURS,
      title: 'Recurrence-free by risk group',
      horizonMonths: training.horizonMonths,
    }),
  };
};

const sdOf = (values: Float64Array): number => {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
};

const concordanceText = ({ data, score }: AtLandmark): string => {
  if (!data.event.includes(1)) return '-';
  const { concordance, standardError } = concordanceIndex(data, score);
  return `${concordance.toFixed(3)} (SE ${standardError.toFixed(3)})`;
};

const outcomeGroups = (
  { data }: AtLandmark,
  horizonMonths: number,
): readonly (readonly [string, Int32Array])[] => {
  const rows = Int32Array.from(data.time.keys());
  const isEvent = (row: number): boolean => data.event[row] === 1;
  const isThrough = (row: number): boolean => data.time[row]! >= horizonMonths - 1e-9;
  return [
    ['all', rows],
    ['recurrence or death', rows.filter(isEvent)],
    ['event-free throughout', rows.filter((row) => !isEvent(row) && isThrough(row))],
    ['not seen to the end', rows.filter((row) => !isEvent(row) && !isThrough(row))],
  ];
};

/** How the scores of patients whom a fold model did not see are distributed. */
export const distributionSection = ({ atLandmark, training, model }: ReportFacts): ReportSection[] => {
  const { data, score, fold } = atLandmark;
  const ids = [...new Set(training.fold)].sort((a, b) => a - b);
  const quantiles = [0, 0.25, 0.5, 0.75, 1];
  return [
    {
      heading: 'How the score is distributed',
      text:
        'A fold model standardises its score by its own training patients: on patients it did not see, a mean near 0 ' +
        'and a standard deviation near 1 mean that it does not know its own patients better than others. At the ' +
        `landmark that most patients have.\n\n${CROSS_FITTED}`,
      table: {
        caption: 'Cross-fitted score by what became of the patient',
        columns: ['', 'patients', 'least', 'lower quarter', 'median', 'upper quarter', 'greatest'],
        rows: outcomeGroups(atLandmark, training.horizonMonths).map(([name, rows]) => [
          name,
          String(rows.length),
          ...quantiles.map((share) =>
            rows.length === 0
              ? '-'
              : quantile(
                  Float64Array.from(rows, (row) => score[row]!),
                  share,
                ).toFixed(2),
          ),
        ]),
      },
    },
    {
      heading: 'The score fold by fold',
      text:
        `Over all folds C is ${concordanceText(atLandmark)} within ${String(training.horizonMonths)} months of the ` +
        `landmark. A single fold has few events, and its C a wide interval.\n\n${CROSS_FITTED}`,
      table: {
        caption: 'Patients whom the fold model did not see',
        columns: ['', 'patients', 'events', 'mean score', 'SD', "Harrell's C"],
        rows: model.folds.map((_, at) => {
          const rows = Int32Array.from(fold.keys()).filter((row) => fold[row] === ids[at]);
          const own: AtLandmark = {
            ...atLandmark,
            data: selectRows(data, rows),
            score: Float64Array.from(rows, (row) => score[row]!),
          };
          return [
            `fold ${String(at + 1)}`,
            String(rows.length),
            String(Array.from(own.data.event).filter((flag) => flag === 1).length),
            meanOf(own.score).toFixed(2),
            sdOf(own.score).toFixed(2),
            concordanceText(own),
          ];
        }),
      },
    },
  ];
};

const CALIBRATION = 'Risk along the score';

const drawCalibration = async ({ atLandmark, training }: ReportFacts): Promise<ReportSection> => {
  const { data, score } = atLandmark;
  const { horizonMonths } = training;
  const { coefficients, covariance } = fitCox({ x: score, columns: 1, data, ties: 'efron' });
  const eta = linearPredictor(score, coefficients);
  const { increments } = breslowBaseline({ data, linearPredictor: eta });
  const hazard = increments.reduce((sum, each) => sum + each, 0);
  const risk = eta.map((value) => -Math.expm1(-hazard * Math.exp(value)));
  const groups = calibrationGroups(data, risk, horizonMonths, { groups: FIFTHS }).flatMap(
    ({ expected, observed, interval }) =>
      observed === undefined || interval === undefined
        ? []
        : [{ predicted: expected, observed, lower: interval[0], upper: interval[1] }],
  );
  const [beta, error] = [coefficients[0]!, Math.sqrt(covariance[0]!)];
  return {
    heading: CALIBRATION,
    text:
      `A Cox model with the score alone: a hazard ratio of ${Math.exp(beta).toFixed(2)} a unit of the score (95 % interval ` +
      `${Math.exp(beta - 1.96 * error).toFixed(2)} to ${Math.exp(beta + 1.96 * error).toFixed(2)}). The points are fifths of ` +
      `the score: the risk that this model gives them within ${String(horizonMonths)} months of the landmark, and the one ` +
      'that Kaplan and Meier observe. The one coefficient was fitted on these scores, so the points lie about the ' +
      "diagonal; what can be seen is whether they bend away from it. Risks are the risk layer's, not this model's." +
      `\n\n${CROSS_FITTED}`,
    picture: await calibrationPlot({
      title: 'Observed risk along the cross-fitted score',
      groups,
      predictions: risk,
    }),
  };
};

/** Whether risk goes with the score as a Cox model has it: of a score there is no other calibration. */
export const calibrationSection = async (facts: ReportFacts): Promise<ReportSection> => {
  try {
    return await drawCalibration(facts);
  } catch (error) {
    // A score that no Cox model can be fitted to, or a horizon that nobody reaches, is no reason to have no report.
    if (!(error instanceof CdsError)) throw error;
    return { heading: CALIBRATION, text: `Not drawn: ${error.code}.\n\n${CROSS_FITTED}` };
  }
};
